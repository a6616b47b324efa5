import hashlib

from django import forms
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render

BLOCK = b'0123456789abcdef' * 4096


class GreetForm(forms.Form):
    name = forms.CharField(max_length=50)


class UploadForm(forms.Form):
    file = forms.FileField()


def index(request):
    return HttpResponse('See /greet/, /upload/, /download/16/ and /admin/.\n', content_type='text/plain')


def greet(request):
    form = GreetForm(request.POST or None)
    if form.is_valid():
        return HttpResponse('Hello, %s!\n' % form.cleaned_data['name'], content_type='text/plain; charset=utf-8')
    return render(request, 'form.html', {'form': form})


def upload(request):
    form = UploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, 'form.html', {'form': form})
    file = form.cleaned_data['file']
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return JsonResponse({'name': file.name, 'size': file.size, 'sha256': digest.hexdigest()})


def download(request, blocks):
    """So many blocks of 64 KiB, made one after the other."""
    response = StreamingHttpResponse((BLOCK for _ in range(blocks)), content_type='application/octet-stream')
    response['Content-Disposition'] = 'attachment; filename="blocks.bin"'
    return response

from django.shortcuts import render
from django.urls import path

ROWS = [{"name": "article %d" % number, "price": number * 1.25, "left": number % 7} for number in range(30)]


def page(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return render(request, "page.html", {"rows": ROWS, "visits": request.session["visits"]})


urlpatterns = [path("", page)]

from django.contrib import admin
from django.urls import path

from mysite import views

urlpatterns = [
    path('', views.index),
    path('greet/', views.greet),
    path('upload/', views.upload),
    path('download/<int:blocks>/', views.download),
    path('admin/', admin.site.urls),
]

SECRET_KEY = 'only for this example'
ALLOWED_HOSTS = ['*']
DEBUG = False
ROOT_URLCONF = 'shop_urls'
TIME_ZONE = 'UTC'
NAME = 'the shop'

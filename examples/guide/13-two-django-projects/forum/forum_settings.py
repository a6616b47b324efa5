SECRET_KEY = 'only for this example'
ALLOWED_HOSTS = ['*']
DEBUG = False
ROOT_URLCONF = 'forum_urls'
TIME_ZONE = 'UTC'
NAME = 'the forum'

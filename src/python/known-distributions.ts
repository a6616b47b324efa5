/**
 * Which distribution of the package index has a module, for those that are known beyond doubt. Nothing is
 * advised for other names: a module of the user's own may be somebody else's distribution there.
 */
const sameName = `
  aiohttp alembic arrow asgiref babel bcrypt bleach boto3 botocore bottle cachetools celery certifi chardet
  cherrypy click cryptography dash django docutils falcon feedparser flask gevent greenlet gunicorn httpx
  humanize idna itsdangerous jinja2 jsonschema kombu lxml mako markdown markupsafe matplotlib mistune numpy
  oauthlib openpyxl packaging pandas passlib peewee phonenumbers pika plotly psutil psycopg psycopg2 pycparser
  pydantic pygments pymongo pymysql pyotp pyparsing pyramid pytz qrcode redis regex reportlab requests scipy
  sentry_sdk simplejson six sqlalchemy sqlparse starlette stripe structlog tornado tzdata tzlocal ujson urllib3
  waitress webob werkzeug whitenoise wtforms xlrd xlsxwriter
`;

const otherName: Readonly<Record<string, string>> = {
  Crypto: 'pycryptodome',
  MySQLdb: 'mysqlclient',
  OpenSSL: 'pyOpenSSL',
  PIL: 'Pillow',
  allauth: 'django-allauth',
  attr: 'attrs',
  bs4: 'beautifulsoup4',
  compressor: 'django-compressor',
  corsheaders: 'django-cors-headers',
  crispy_forms: 'django-crispy-forms',
  cv2: 'opencv-python-headless',
  dateutil: 'python-dateutil',
  debug_toolbar: 'django-debug-toolbar',
  decouple: 'python-decouple',
  django_extensions: 'django-extensions',
  django_filters: 'django-filter',
  dns: 'dnspython',
  docx: 'python-docx',
  dotenv: 'python-dotenv',
  environ: 'django-environ',
  flask_cors: 'Flask-Cors',
  flask_login: 'Flask-Login',
  flask_migrate: 'Flask-Migrate',
  flask_sqlalchemy: 'Flask-SQLAlchemy',
  flask_wtf: 'Flask-WTF',
  git: 'GitPython',
  guardian: 'django-guardian',
  import_export: 'django-import-export',
  jose: 'python-jose',
  jwt: 'PyJWT',
  ldap: 'python-ldap',
  magic: 'python-magic',
  mptt: 'django-mptt',
  nacl: 'PyNaCl',
  pkg_resources: 'setuptools',
  rest_framework: 'djangorestframework',
  serial: 'pyserial',
  setuptools: 'setuptools',
  simple_history: 'django-simple-history',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  slugify: 'python-slugify',
  social_django: 'social-auth-app-django',
  storages: 'django-storages',
  taggit: 'django-taggit',
  wagtail: 'wagtail',
  yaml: 'PyYAML',
  zmq: 'pyzmq',
};

const known: ReadonlyMap<string, string> = new Map([
  ...sameName
    .trim()
    .split(/\s+/)
    .map((name) => [name, name.replaceAll('_', '-')] as const),
  ...Object.entries(otherName),
]);

/** The distribution to install for a module of this top-level name. */
export function distributionOf(module: string): string | undefined {
  return known.get(module);
}

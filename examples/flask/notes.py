"""JSON in and out, and a signed session cookie."""

import secrets
from pathlib import Path

from flask import Flask, jsonify, request, session

app = Flask(__name__)

# All processes of the group need the same key. Keep yours in a file that only the application can read.
key_file = Path(__file__).with_name('secret-key')
app.secret_key = key_file.read_text() if key_file.exists() else secrets.token_hex()


@app.post('/sum')
def total():
    numbers = request.get_json()['numbers']
    return jsonify(total=sum(numbers), count=len(numbers))


@app.get('/visits')
def visits():
    session['visits'] = session.get('visits', 0) + 1
    return jsonify(visits=session['visits'])


@app.get('/')
def index():
    return 'POST numbers as JSON to /sum, or count your visits at /visits.\n', {'Content-Type': 'text/plain'}

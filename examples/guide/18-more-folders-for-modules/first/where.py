place = 'first'

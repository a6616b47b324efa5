place = 'second'

place = 'embedded'

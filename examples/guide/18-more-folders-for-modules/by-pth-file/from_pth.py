place = 'by-pth-file'

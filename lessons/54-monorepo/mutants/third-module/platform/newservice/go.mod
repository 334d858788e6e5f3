module shop/platform/newservice

go 1.26.0

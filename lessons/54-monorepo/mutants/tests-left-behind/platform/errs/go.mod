module shop/platform/errs

go 1.26.0

package errs

// CodeOf is now Of.
//
//stagecraft:drop
func CodeOf(err error) Code { return 0 }

// Of returns the code of err, or 0 for nil.
//
//stagecraft:add
func Of(err error) Code { return From(err).Code }

package config

import "fmt"

// GoString returns ***.
//
//stagecraft:add
func (Secret) GoString() string { return masked }

//stagecraft:drop
func (Secret) Format(f fmt.State, _ rune) {}

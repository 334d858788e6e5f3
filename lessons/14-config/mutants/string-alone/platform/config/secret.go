package config

import "fmt"

//stagecraft:drop
func (Secret) Format(f fmt.State, _ rune) {}

//stagecraft:drop
func (Secret) MarshalText() ([]byte, error) { return nil, nil }

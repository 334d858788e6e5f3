package config

import "reflect"

// Load fills the struct that cfg points to from the environment, by the tags env:"NAME", default:"value" and optional:"true".
// Structs inside it are filled too. A variable with neither default nor optional is required. The error lists every missing and
// invalid value; it never quotes the value of a Secret or of a field with the tag secret:"true".
func Load(cfg any) error {
	// TODO: fill the struct, apply its rules, and report everything that is wrong.
	return nil
}

//stagecraft:drop
type reader struct{}

//stagecraft:drop
func (r *reader) fill(v reflect.Value) {}

//stagecraft:drop
func (r *reader) check(rules Validator) {}

//stagecraft:drop
func (r *reader) isReported(fault error) bool { return false }

//stagecraft:drop
func fillField(name string, field reflect.StructField, value reflect.Value) error { return nil }

// set stores text in value. If it cannot, it returns what the text should have been.
func set(value reflect.Value, text string) (want string, ok bool) {
	// TODO: the types that a field may have.
	return "", true
}

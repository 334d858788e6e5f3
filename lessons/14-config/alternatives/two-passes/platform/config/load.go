package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
)

// Load first lists the variables and the structs with rules, then reads all variables, then asks all rules.
func Load(cfg any) error {
	root := reflect.ValueOf(cfg)
	if root.Kind() != reflect.Pointer || root.IsNil() || root.Elem().Kind() != reflect.Struct {
		return errors.New("config: want a pointer to a struct")
	}
	p := plan{}
	p.visit(root.Elem())
	var faults []string
	unread := map[string]bool{}
	for _, v := range p.variables {
		if fault := v.read(); fault != "" {
			faults, unread[v.name] = append(faults, v.name+": "+fault), true
		}
	}
	for _, rules := range p.rules {
		for _, fault := range split(rules.Validate()) {
			if !names(fault, unread) {
				faults = append(faults, fault)
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%d settings are wrong:\n%s", len(faults), strings.Join(faults, "\n"))
}

//stagecraft:add
type plan struct {
	variables []variable
	rules     []Validator
}

//stagecraft:add
type variable struct {
	name  string
	tag   reflect.StructTag
	field reflect.Value
}

//stagecraft:add
func (p *plan) visit(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if name := field.Tag.Get("env"); name != "" {
			p.variables = append(p.variables, variable{name, field.Tag, v.Field(i)})
		} else if field.IsExported() && v.Field(i).Kind() == reflect.Struct {
			p.visit(v.Field(i))
		}
	}
	if rules, ok := v.Addr().Interface().(Validator); ok {
		p.rules = append(p.rules, rules)
	}
}

//stagecraft:add
func (v variable) read() (fault string) {
	text := os.Getenv(v.name)
	if text == "" {
		text = v.tag.Get("default")
	}
	if text == "" {
		if _, has := v.tag.Lookup("default"); has || v.tag.Get("optional") == "true" {
			return ""
		}
		return "missing"
	}
	want, ok := set(v.field, text)
	switch _, secret := v.field.Interface().(Secret); {
	case ok:
		return ""
	case secret || v.tag.Get("secret") == "true":
		return "invalid, want " + want
	default:
		return "invalid: " + text + ", want " + want
	}
}

//stagecraft:add
func split(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

//stagecraft:add
var word = regexp.MustCompile(`\w+`)

//stagecraft:add
func names(fault string, unread map[string]bool) bool {
	for _, w := range word.FindAllString(fault, -1) {
		if unread[w] {
			return true
		}
	}
	return false
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

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rhysd/actionlint"
)

// scope is what an expression can read: contexts by name, and the state of the job or of the jobs before it.
type scope struct {
	contexts  map[string]any
	status    func(name string) bool // success, failure, cancelled
	hashFiles func(patterns []string) string
}

func (s scope) with(name string, value any) scope {
	contexts := map[string]any{name: value}
	for other, kept := range s.contexts {
		if other != name {
			contexts[other] = kept
		}
	}
	s.contexts = contexts
	return s
}

// text replaces each ${{ … }} in a string of the workflow.
func (s scope) text(source string) (string, error) {
	var out strings.Builder
	for {
		at := strings.Index(source, "${{")
		if at < 0 {
			out.WriteString(source)
			return out.String(), nil
		}
		out.WriteString(source[:at])
		lexer := actionlint.NewExprLexer(source[at+3:])
		node, failed := actionlint.NewExprParser().Parse(lexer)
		if failed != nil {
			return "", errors.New(failed.Message)
		}
		value, err := s.eval(node)
		if err != nil {
			return "", err
		}
		out.WriteString(toText(value))
		source = source[at+3+lexer.Offset():]
	}
}

// value is that of a string which is one expression; any other string is its text.
func (s scope) value(source string) (any, error) {
	trimmed := strings.TrimSpace(source)
	if strings.HasPrefix(trimmed, "${{") && strings.HasSuffix(trimmed, "}}") && strings.Count(trimmed, "${{") == 1 {
		return s.expression(strings.TrimSuffix(strings.TrimPrefix(trimmed, "${{"), "}}"))
	}
	return s.text(source)
}

func (s scope) expression(source string) (any, error) {
	node, failed := actionlint.NewExprParser().Parse(actionlint.NewExprLexer(source + "}}"))
	if failed != nil {
		return nil, errors.New(failed.Message)
	}
	return s.eval(node)
}

// condition evaluates an if. Without a function that asks for the status, it also demands success, as GitHub does.
func (s scope) condition(source *actionlint.String) (bool, error) {
	if source == nil {
		return s.status("success"), nil
	}
	text := strings.TrimSpace(source.Value)
	switch {
	case source.IsExpressionAssigned():
		text = strings.TrimSuffix(strings.TrimPrefix(text, "${{"), "}}")
	case source.ContainsExpression(): // a text, which is true unless it is empty
		text, err := s.text(text)
		return err == nil && text != "" && s.status("success"), err
	}
	node, failed := actionlint.NewExprParser().Parse(actionlint.NewExprLexer(text + "}}"))
	if failed != nil {
		return false, errors.New(failed.Message)
	}
	asks := false
	actionlint.VisitExprNode(node, func(node, _ actionlint.ExprNode, entering bool) {
		if call, ok := node.(*actionlint.FuncCallNode); ok && entering {
			switch strings.ToLower(call.Callee) {
			case "success", "failure", "cancelled", "always":
				asks = true
			}
		}
	})
	if !asks && !s.status("success") {
		return false, nil
	}
	value, err := s.eval(node)
	return truthy(value), err
}

func (s scope) eval(node actionlint.ExprNode) (any, error) {
	switch n := node.(type) {
	case *actionlint.NullNode:
		return nil, nil
	case *actionlint.BoolNode:
		return n.Value, nil
	case *actionlint.IntNode:
		return float64(n.Value), nil
	case *actionlint.FloatNode:
		return n.Value, nil
	case *actionlint.StringNode:
		return n.Value, nil
	case *actionlint.VariableNode:
		value, ok := s.contexts[strings.ToLower(n.Name)]
		if !ok {
			return nil, fmt.Errorf("the context %s does not exist here", n.Name)
		}
		return value, nil
	case *actionlint.ObjectDerefNode:
		receiver, err := s.eval(n.Receiver)
		if err != nil {
			return nil, err
		}
		if _, all := n.Receiver.(*actionlint.ArrayDerefNode); all {
			var values []any
			for _, element := range elements(receiver) {
				values = append(values, member(element, n.Property))
			}
			return values, nil
		}
		return member(receiver, n.Property), nil
	case *actionlint.ArrayDerefNode:
		receiver, err := s.eval(n.Receiver)
		return elements(receiver), err
	case *actionlint.IndexAccessNode:
		return s.index(n)
	case *actionlint.NotOpNode:
		operand, err := s.eval(n.Operand)
		return !truthy(operand), err
	case *actionlint.LogicalOpNode:
		left, err := s.eval(n.Left)
		if err != nil || truthy(left) == (n.Kind == actionlint.LogicalOpNodeKindOr) {
			return left, err
		}
		return s.eval(n.Right)
	case *actionlint.CompareOpNode:
		left, err := s.eval(n.Left)
		if err != nil {
			return nil, err
		}
		right, err := s.eval(n.Right)
		return compare(n.Kind, left, right), err
	case *actionlint.FuncCallNode:
		return s.call(n)
	}
	return nil, fmt.Errorf("an expression of the kind %T is not known", node)
}

func (s scope) index(n *actionlint.IndexAccessNode) (any, error) {
	operand, err := s.eval(n.Operand)
	if err != nil {
		return nil, err
	}
	index, err := s.eval(n.Index)
	if err != nil {
		return nil, err
	}
	if list, ok := operand.([]any); ok {
		if i := int(toNumber(index)); i >= 0 && i < len(list) {
			return list[i], nil
		}
		return nil, nil
	}
	return member(operand, toText(index)), nil
}

func (s scope) call(n *actionlint.FuncCallNode) (any, error) {
	var args []any
	for _, arg := range n.Args {
		value, err := s.eval(arg)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	name := strings.ToLower(n.Callee)
	switch {
	case name == "always":
		return true, nil
	case name == "success", name == "failure", name == "cancelled":
		if s.status == nil {
			return nil, fmt.Errorf("%s() is not available here", n.Callee)
		}
		return s.status(name), nil
	case name == "hashfiles" && s.hashFiles != nil:
		var patterns []string
		for _, arg := range args {
			patterns = append(patterns, toText(arg))
		}
		return s.hashFiles(patterns), nil
	case name == "fromjson" && len(args) == 1:
		var value any
		err := json.Unmarshal([]byte(toText(args[0])), &value)
		return value, err
	case name == "tojson" && len(args) == 1:
		text, err := json.MarshalIndent(args[0], "", "  ")
		return string(text), err
	case name == "join" && len(args) > 0:
		separator := ","
		if len(args) > 1 {
			separator = toText(args[1])
		}
		var texts []string
		for _, element := range elements(args[0]) {
			texts = append(texts, toText(element))
		}
		return strings.Join(texts, separator), nil
	case name == "format" && len(args) > 0:
		pairs := []string{"{{", "{", "}}", "}"}
		for i, arg := range args[1:] {
			pairs = append(pairs, fmt.Sprintf("{%d}", i), toText(arg))
		}
		return strings.NewReplacer(pairs...).Replace(toText(args[0])), nil
	case len(args) == 2:
		return search(name, args[0], args[1])
	}
	return nil, fmt.Errorf("the function %s is not known here", n.Callee)
}

func search(name string, where, what any) (any, error) {
	text, part := strings.ToLower(toText(where)), strings.ToLower(toText(what))
	switch name {
	case "startswith":
		return strings.HasPrefix(text, part), nil
	case "endswith":
		return strings.HasSuffix(text, part), nil
	case "contains":
		list, ok := where.([]any)
		if !ok {
			return strings.Contains(text, part), nil
		}
		for _, element := range list {
			if equal(element, what) {
				return true, nil
			}
		}
		return false, nil
	}
	return nil, fmt.Errorf("the function %s is not known", name)
}

// member is a property, whatever the case of its name, or null.
func member(object any, name string) any {
	properties, _ := object.(map[string]any)
	for key, value := range properties {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}

func elements(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case map[string]any:
		var all []any
		for _, element := range v {
			all = append(all, element)
		}
		return all
	case nil:
		return nil
	}
	return []any{value}
}

func truthy(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	case string:
		return v != ""
	}
	return true
}

func compare(kind actionlint.CompareOpNodeKind, left, right any) bool {
	switch kind {
	case actionlint.CompareOpNodeKindEq:
		return equal(left, right)
	case actionlint.CompareOpNodeKindNotEq:
		return !equal(left, right)
	}
	order := 0
	a, textLeft := left.(string)
	b, textRight := right.(string)
	if textLeft && textRight {
		order = strings.Compare(strings.ToLower(a), strings.ToLower(b))
	} else {
		x, y := toNumber(left), toNumber(right)
		switch {
		case math.IsNaN(x) || math.IsNaN(y):
			return false
		case x < y:
			order = -1
		case x > y:
			order = 1
		}
	}
	switch kind {
	case actionlint.CompareOpNodeKindLess:
		return order < 0
	case actionlint.CompareOpNodeKindLessEq:
		return order <= 0
	case actionlint.CompareOpNodeKindGreater:
		return order > 0
	default:
		return order >= 0
	}
}

// equal compares as GitHub does: texts without their case, and values of different types as numbers.
func equal(left, right any) bool {
	a, textLeft := left.(string)
	b, textRight := right.(string)
	if textLeft && textRight {
		return strings.EqualFold(a, b)
	}
	return toNumber(left) == toNumber(right)
}

func toNumber(value any) float64 {
	switch v := value.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	case string:
		if strings.TrimSpace(v) == "" {
			return 0
		}
		if number, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return number
		}
	}
	return math.NaN()
}

func toText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		return "Array"
	}
	return "Object"
}

package logging

import (
	"encoding/json"
	"strings"
)

// MaskBody reads the text once, from left to right, and copies what is not the value of a sensitive field.
func MaskBody(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '"' {
			out.WriteByte(text[i])
			i++
			continue
		}
		end := stringEnd(text, i)
		out.WriteString(text[i:end])
		var name string
		value := skipSpace(text, end)
		isName := value < len(text) && text[value] == ':' && json.Unmarshal([]byte(text[i:end]), &name) == nil && IsSensitive(name)
		i = end
		if isName {
			value = skipSpace(text, value+1)
			if i = valueEnd(text, value); i > value {
				out.WriteString(text[end:value] + `"***"`)
			}
		}
	}
	return Mask(out.String())
}

//stagecraft:add
func skipSpace(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\r\n", text[at]) >= 0 {
		at++
	}
	return at
}

// stringEnd returns the end of the string that begins at i.
//
//stagecraft:add
func stringEnd(text string, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// valueEnd returns the end of the value that begins at i.
//
//stagecraft:add
func valueEnd(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i); depth == 0 {
				return i
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

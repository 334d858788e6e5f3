package site

import (
	"fmt"
	"go/scanner"
	"go/token"
	"html"
	"path"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// highlight returns the lines of a file as HTML with the classes of chroma's stylesheet.
func (b *builder) highlight(name string, text []byte) ([]string, error) {
	lines := split(text)
	if strings.HasSuffix(name, ".go") {
		return highlightGo(text, len(lines)), nil
	}
	kind := language(name)
	whole, err := b.cache.do("highlight", func() ([]byte, error) {
		lexer := lexers.Match(path.Base(name))
		if lexer == nil {
			lexer = lexers.Get(strings.TrimPrefix(path.Ext(name), ".")) // the language of a fenced block
		}
		if lexer != nil {
			tokens, err := chroma.Coalesce(lexer).Tokenise(nil, string(text))
			if err != nil {
				return nil, err
			}
			all := tokens.Tokens()
			for i := range all {
				if all[i].Type == chroma.Error { // what the lexer does not know, as in a template, is no error of the file
					all[i].Type = chroma.Text
				}
			}
			return []byte(strings.Join(join(all, len(lines)), "\n")), nil
		}
		return []byte(html.EscapeString(strings.Join(lines, "\n"))), nil
	}, []byte(kind), text)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return strings.Split(string(whole), "\n"), nil
}

// language decides the lexer, together with the whole name of a file that has none.
func language(name string) string {
	if ext := path.Ext(name); ext != "" && ext != ".mod" {
		return ext
	}
	return path.Base(name)
}

// split cuts a text into lines. It has no more of them than an editor shows.
func split(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// highlightGo does with Go's own scanner what chroma does with regular expressions, a hundred times faster.
func highlightGo(text []byte, n int) []string {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, text, nil, scanner.ScanComments)
	var tokens []chroma.Token
	at, last := 0, token.ILLEGAL
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && literal == "\n" {
			continue
		}
		from := file.Offset(pos)
		if literal == "" {
			literal = tok.String()
		}
		to := min(from+len(literal), len(text))
		if tok == token.STRING || tok == token.COMMENT { // the literal lacks carriage returns
			for to < len(text) && string(text[from:to]) != literal && strings.Contains(string(text[from:to]), "\r") {
				to++
			}
		}
		tokens = append(tokens, chroma.Token{Type: chroma.Text, Value: string(text[at:from])},
			chroma.Token{Type: kindOf(tok, literal, last, text[to:]), Value: string(text[from:to])})
		at, last = to, tok
	}
	return join(append(tokens, chroma.Token{Type: chroma.Text, Value: string(text[at:])}), n)
}

// kindOf names the token as chroma's lexer for Go does.
func kindOf(tok token.Token, literal string, last token.Token, rest []byte) chroma.TokenType {
	switch {
	case tok == token.COMMENT:
		return chroma.CommentSingle
	case tok == token.STRING, tok == token.CHAR:
		return chroma.LiteralString
	case tok == token.INT, tok == token.FLOAT, tok == token.IMAG:
		return chroma.LiteralNumber
	case tok == token.FUNC, tok == token.TYPE, tok == token.VAR, tok == token.CONST, tok == token.MAP, tok == token.CHAN,
		tok == token.STRUCT, tok == token.INTERFACE:
		return chroma.KeywordDeclaration
	case tok == token.PACKAGE, tok == token.IMPORT:
		return chroma.KeywordNamespace
	case tok.IsKeyword():
		return chroma.Keyword
	case tok == token.IDENT && len(rest) > 0 && rest[0] == '(':
		return chroma.NameFunction
	case tok == token.IDENT && last == token.TYPE:
		return chroma.NameClass
	case tok == token.IDENT && (literal == "nil" || literal == "true" || literal == "false"):
		return chroma.KeywordConstant
	}
	return chroma.Text
}

// join writes tokens as n lines of HTML.
func join(tokens []chroma.Token, n int) []string {
	lines := make([]string, n) // a lexer may add a line of its own at the end
	for i, tokens := range chroma.SplitTokensIntoLines(tokens) {
		if i == n {
			break
		}
		var out strings.Builder
		for _, token := range tokens {
			value := html.EscapeString(strings.TrimRight(token.Value, "\r\n"))
			if class := chroma.StandardTypes[token.Type]; class != "" && value != "" {
				fmt.Fprintf(&out, `<span class="%s">%s</span>`, class, value)
			} else {
				out.WriteString(value)
			}
		}
		lines[i] = out.String()
	}
	return lines
}

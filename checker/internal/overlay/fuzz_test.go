package overlay

import (
	"fmt"
	"go/scanner"
	"go/token"
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzApply mutates text.
func FuzzApply(f *testing.F) {
	for seed := range uint64(40) {
		base, over := generate(seed)
		f.Add(base, over)
	}
	f.Add("package p\n\nvar a = 1 /* x\n y */\nvar b = 2\n", "package p\nvar a = 2 // z\n")
	f.Add("package p\n/* x */ func a() {} // y\n", "package p\n/* z */ func a() {} /* w */\n")
	f.Add("package p\r\n\r\nvar a = `x\r\ny`\r\n", "package p\nvar a = `1\n2`\n")
	f.Add("package p; import \"fmt\"; func a() { fmt.Println() }; func b() {}", "package p; func a() {}; func b() {}")
	f.Add("package p\n//line x.go:7\nvar a = 1\n//line y.go:1\nvar b = 2\n", "package p\nvar b = 3\n")
	f.Add("package p\nconst (\n a, b = iota, iota\n _, _\n c, d\n)\n", "package p\nconst (\n a, b = 1, 2\n c, d = 3, 4\n)\n")
	f.Fuzz(func(t *testing.T, base, over string) {
		if len(base) > 4000 || len(over) > 4000 {
			return
		}
		for _, source := range []string{base, over} {
			if _, err := tidy([]byte(source)); err != nil {
				return
			}
		}
		judge(t, base, over)
	})
}

// FuzzGenerated makes stages and overlays that are valid Go, so that it gets where mutated text seldom does.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		base, over := generate(seed)
		judge(t, base, over)
	})
}

// TestGenerated makes sure that the generator's overlays are not mostly refused.
func TestGenerated(t *testing.T) {
	t.Parallel()
	applied := 0
	const rounds = 300
	for seed := range uint64(rounds) {
		base, over := generate(seed + 1<<20)
		if judge(t, base, over) {
			applied++
		}
	}
	if applied < rounds/3 {
		t.Errorf("only %d of %d generated overlays could be applied", applied, rounds)
	}
}

// A writer makes Go sources out of random numbers.
type writer struct {
	*rand.Rand
	imports map[string]bool
	out     strings.Builder
}

func generate(seed uint64) (base, over string) {
	r := rand.New(rand.NewPCG(seed, 1))
	b := &writer{Rand: r, imports: map[string]bool{}}
	o := &writer{Rand: r, imports: map[string]bool{}}
	for i := range 2 + r.IntN(6) {
		b.remark()
		b.item(o, i)
	}
	b.remark()
	base, over = b.file(), o.file()
	if r.IntN(2) == 0 {
		base = sprinkle(r, base)
		if !strings.Contains(over, "stagecraft:") { // whose place among comments matters
			over = sprinkle(r, over)
		}
	}
	return base, over
}

// sprinkle puts comments where they are unusual: between any two tokens. What gofmt cannot take is left as it was.
func sprinkle(r *rand.Rand, source string) string {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, scanner.ScanComments)
	var out strings.Builder
	last := 0
	for n := range 1 << 20 {
		pos, tok, _ := s.Scan()
		if tok == token.EOF {
			break
		}
		if at := file.Offset(pos); r.IntN(25) == 0 && at >= last {
			out.WriteString(source[last:at])
			last = at
			switch r.IntN(4) {
			case 0:
				fmt.Fprintf(&out, " /* s%d */ ", n)
			case 1:
				fmt.Fprintf(&out, " /* s%d\n */ ", n)
			case 2:
				fmt.Fprintf(&out, " // s%d\n", n)
			case 3:
				fmt.Fprintf(&out, "\n\n// s%d\n\n", n)
			}
		}
	}
	out.WriteString(source[last:])
	if _, err := tidy([]byte(out.String())); err != nil {
		return source
	}
	return out.String()
}

func (w *writer) one(of ...string) string { return of[w.IntN(len(of))] }

func (w *writer) put(format string, args ...any) { fmt.Fprintf(&w.out, format, args...) }

func (w *writer) remark() {
	w.put("%s", w.one("", "", "\n// a remark\n\n", "\n/* a\n remark */\n\n", "\n// one\n\n// two\n\n"))
}

func (w *writer) doc() string {
	return w.one("", "", "// doc\n", "// doc of\n// two lines\n", "/* doc */\n", "/* doc */ ", "// doc\n//\n//go:noinline\n")
}

func (w *writer) tail() string { return w.one("", "", " // tail", " /* tail */", " // tail\n// next") }

// expr is an int and notes the import it needs.
func (w *writer) expr() string {
	type pick struct{ path, text string }
	picks := []pick{
		{"", "1"}, {"", "len(`a\n\tb`)"}, {"", "len(/* in */ \"x\")"},
		{"fmt", "len(fmt.Sprint(1))"}, {"strings", "len(strings.ToUpper(\"x\"))"}, {"math/rand", "rand.Int()"}, {"math/rand/v2", "rand.IntN(3)"},
		{"crypto/rand", "len(rand.Text())"}, {"example.com/go-x/v2", "x.X()"}, {"example.com/yaml.v3", "yaml.Y()"}, {"example.com/odd", "strange.S()"},
		{"stagecraft/s/gen/v1", "genv1.G()"}, {"github.com/google/id", "len(id.NewString())"},
	}
	p := picks[w.IntN(len(picks))]
	if p.path == "" {
		return p.text
	}
	if strings.HasSuffix(p.path, "rand") || strings.HasSuffix(p.path, "rand/v2") {
		for other := range w.imports {
			if strings.Contains(other, "rand") && other != p.path {
				return "2" // two packages of one name
			}
		}
	}
	w.imports[p.path] = true
	return p.text
}

func (w *writer) file() string {
	var head strings.Builder
	head.WriteString(w.one("", "// Package p is p.\n", "// c\n\n") + "package p" + w.one("", " // p") + "\n\n")
	var lines []string
	for _, path := range sortedKeys(w.imports) {
		name := ""
		switch path {
		case "stagecraft/s/gen/v1":
			name = "genv1 "
		case "example.com/odd":
			name = w.one("", "strange ")
		}
		lines = append(lines, w.one("", "", "// why\n")+name+`"`+path+`"`+w.one("", "", " // for")+w.one("", "\n"))
	}
	switch {
	case len(lines) == 1 && w.IntN(2) == 0 || w.IntN(5) == 0:
		for _, line := range lines {
			if doc, rest, ok := strings.Cut(line, "// why\n"); ok {
				line = doc + rest
			}
			head.WriteString("import " + strings.TrimSpace(line) + "\n")
		}
	case len(lines) > 0:
		head.WriteString("import (\n" + strings.Join(lines, "\n") + "\n)\n")
	}
	return head.String() + "\n" + w.out.String()
}

// item writes a declaration to the stage and, perhaps, something for it to the overlay.
func (w *writer) item(o *writer, i int) {
	what := w.IntN(9)
	n := func(j int) string { return fmt.Sprintf("%c%d", 'a'+i, j) }
	mark := w.one("", "", "", "", "", "//stagecraft:drop\n")
	give := w.IntN(5) > 1
	switch what {
	case 0, 1:
		w.put("%sfunc %s() int { return %s }%s\n", w.doc(), n(0), w.expr(), w.tail())
		if give {
			o.put("%s%s%s\n\n", mark, o.doc(), o.alone(n(0), true))
		}
	case 2:
		w.put("%stype %s struct { f int }%s\n\n%sfunc (v *%s) M() int { return %s }\n", w.doc(), n(0), w.tail(), w.doc(), n(0), w.expr())
		if give {
			o.put("%s%sfunc (v %s%s) M() int {\n\t// in\n\treturn %s\n}%s\n\n", o.doc(), mark, o.one("", "*"), n(0), o.expr(), o.tail())
		}
	case 3, 4:
		w.put("%s%s %s = %s%s\n", w.doc(), w.one("var", "var"), n(0), w.expr(), w.tail())
		if give {
			o.put("%s%s\n\n", mark, o.alone(n(0), w.IntN(4) == 0))
		}
	case 5, 6:
		k := 1 + w.IntN(3)
		w.put("%svar (\n", w.doc())
		for j := range k {
			w.put("%s%s%s = %s%s\n%s", w.one("", "\n// free\n\n"), w.doc(), n(j), w.expr(), w.tail(), w.one("", "\n"))
		}
		w.put("%s)%s\n", w.one("", "\n// last\n"), w.tail())
		w.forGroup(o, k, n, mark)
	case 7:
		k := 2 + w.IntN(3)
		w.put("%sconst (\n", w.doc())
		for j := range k {
			value := ""
			if j == 0 {
				value = " = iota" + w.one("", " + 1")
			}
			w.put("%s%s%s%s\n", w.doc(), n(j), value, w.tail())
		}
		w.put(")%s\n", w.tail())
		if give {
			o.put("%sconst (\n", o.doc())
			for j := range k {
				o.put("%s%s = %d%s\n", o.doc(), n(j), j, o.tail())
			}
			o.put("%s)\n\n", o.one("", "//stagecraft:add\n"+n(7)+" = 7\n"))
		}
	case 8:
		w.put("func init() { _ = %s }\n\nvar _ = %s\n", w.expr(), w.expr())
		if give {
			o.put("%sfunc init() { _ = %s }\n\n", o.one("", "//stagecraft:add\n"), o.expr())
		}
	}
	w.put("\n")
	if w.IntN(6) == 0 {
		o.put("%s//stagecraft:add\n%s\n\n", o.one("", "// new\n//\n"), o.alone(n(9), w.IntN(2) == 0))
	}
}

// forGroup gives some lines of a group, alone or in a group again.
func (w *writer) forGroup(o *writer, k int, n func(int) string, mark string) {
	grouped := w.IntN(2) == 0
	if grouped {
		o.put("%svar (\n", o.doc())
	}
	for j := range k {
		if w.IntN(2) == 0 {
			continue
		}
		if grouped {
			o.put("%s%s%s = %s%s\n", mark, o.doc(), n(j), o.expr(), o.tail())
		} else {
			o.put("%s%s\n\n", mark, o.alone(n(j), w.IntN(4) == 0))
		}
	}
	if grouped {
		o.put("%s)\n\n", o.one("", "//stagecraft:add\n"+n(8)+" = 8\n"))
	}
}

func (w *writer) alone(name string, function bool) string {
	if function {
		return fmt.Sprintf("func %s() int {\n\t// in\n\n\treturn %s\n}%s", name, w.expr(), w.tail())
	}
	return fmt.Sprintf("var %s = %s%s", name, w.expr(), w.tail())
}

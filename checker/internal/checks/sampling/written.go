package sampling

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"

	"stagecraft/checker/internal/findings"
)

// leastWords is how long a reason is at least.
const leastWords = 10

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	thousands = regexp.MustCompile(`(\d)[,_\x{00A0}' ](\d{3})\b`)
)

// numbersOf reads the numbers, also with the units that one would write, and with thousands set apart as in 1,450 bytes.
func numbersOf(text string) map[string]findings.Stated {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.Contains(strings.ToLower(line), bytesName) {
			lines[i] = thousands.ReplaceAllString(line, "$1$2")
		}
	}
	stated := findings.Numbers(strings.Join(lines, "\n"))
	for name, one := range stated {
		switch {
		case one.Unit == "percent":
			one.Unit = "%"
		case name == bytesName && (one.Unit == "bytes" || one.Unit == "b"), name == perDayName && (one.Unit == "gigabytes" || one.Unit == "gb"):
			one.Unit = ""
		}
		stated[name] = one
	}
	return stated
}

// words counts those of the text itself: no comments, headings, tables, or lines with a number that is asked for.
func words(text string) (n int) {
	for line := range strings.SplitSeq(comments.ReplaceAllString(text, ""), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") {
			continue
		}
		asked := false
		for name := range findings.Numbers(line) {
			switch name {
			case ratioName, bytesName, perDayName, foundName, byRatioName:
				asked = true
			}
		}
		if !asked {
			n += len(strings.Fields(line))
		}
	}
	return n
}

// ratioOfProd evaluates the ratio of prod in the package, when it is a constant expression.
func ratioOfProd(dir string) (ratio float64, known bool) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution); err == nil && !strings.HasSuffix(name, "_test.go") {
			files = append(files, file)
		}
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	pkg, _ := (&types.Config{Error: func(error) {}}).Check("telemetry", fset, files, info) // imports are not resolved; constants do not need them
	value := func(v constant.Value) (float64, bool) {
		if v == nil {
			return 0, false
		}
		f, _ := constant.Float64Val(constant.ToFloat(v))
		return f, true
	}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			entry, ok := node.(*ast.KeyValueExpr)
			if !ok || info.Types[entry.Key].Value == nil || info.Types[entry.Key].Value.ExactString() != `"prod"` {
				return true
			}
			ratio, known = value(info.Types[entry.Value].Value)
			return true
		})
	}
	if other, ok := pkg.Scope().Lookup("otherRatio").(*types.Const); ok && !known {
		return value(other.Val())
	}
	return ratio, known
}

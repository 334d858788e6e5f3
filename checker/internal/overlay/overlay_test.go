package overlay_test

import (
	"go/format"
	"strings"
	"testing"
	"testing/fstest"

	"stagecraft/checker/internal/overlay"
)

const stage = `// Package domain has the shop's rules.
package domain

import (
	"errors"
	"fmt" // for messages

	"github.com/google/uuid"
)

// Status of an order.
type Status int

// The statuses.
const (
	Pending Status = iota // first
	Confirmed
	// Paid is paid.
	Paid
)

var (
	// ErrA is a.
	ErrA = errors.New("a")
	ErrB = errors.New("b") // b

	// a floating remark
)

// MaxItems bounds an order.
const MaxItems = 100

// section: methods

// CanGo says whether.
func (s Status) CanGo(to Status) bool {
	// inside
	return s < to
}

// String is for people.
func (s Status) String() string { return fmt.Sprint(int(s)) } // trailing

func init() { fmt.Println("first") }

func init() { fmt.Println("second") }

// NewID is new.
func NewID() string { return uuid.NewString() }

var _ fmt.Stringer = Status(0)
`

func TestFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		over         string
		has, hasNot  []string
		sameButFor   bool
		wantErr      string
		stageInstead string
	}{
		"a method, with its comments": {
			over:   "// CanGo is yours.\nfunc (s *Status) CanGo(to Status) bool {\n\t// TODO\n\tpanic(\"todo\")\n}",
			has:    []string{"// CanGo is yours.\nfunc (s *Status) CanGo(to Status) bool {\n\t// TODO\n\tpanic(\"todo\")\n}\n\n// String is", "// section: methods\n\n// CanGo is"},
			hasNot: []string{"whether", "inside"},
		},
		"an import that is no longer used": {
			over:   "// NewID is new.\nfunc NewID() string { return \"\" }",
			hasNot: []string{"uuid"},
			has:    []string{"import (\n\t\"errors\"\n\t\"fmt\" // for messages\n)"},
		},
		"an import that comes": {
			over: "import (\n\"strings\"\n\"github.com/google/go-cmp/cmp\"\n\"os\"\n)\n// NewID is new.\nfunc NewID() string { _ = cmp.Equal(1, 2); return strings.ToUpper(uuid.NewString()) }",
			has:  []string{"\t\"errors\"\n\t\"fmt\" // for messages\n\t\"strings\"\n\n\t\"github.com/google/go-cmp/cmp\"\n\t\"github.com/google/uuid\"\n)"}, hasNot: []string{"\"os\""},
		},
		"a line of a group from a declaration alone": {
			over: "// ErrB is b.\nvar ErrB = fmt.Errorf(\"B\") // now",
			has:  []string{"ErrA = errors.New(\"a\")\n\t// ErrB is b.\n\tErrB = fmt.Errorf(\"B\") // now\n\n\t// a floating remark\n)"}, hasNot: []string{"// b\n"},
		},
		"a declaration alone from a line of a group": {
			over: "const (\n\t// MaxItems is less.\n\tMaxItems = 10\n)",
			has:  []string{"// MaxItems is less.\nconst MaxItems = 10\n"}, hasNot: []string{"bounds"},
		},
		"a whole group": {
			over: "// The errors.\nvar (\n\tErrA = errors.New(\"A\")\n\tErrB = errors.New(\"B\")\n\t//stagecraft:add\n\tErrC = errors.New(\"C\")\n)",
			has:  []string{"// The errors.\nvar (\n\tErrA = errors.New(\"A\")\n\tErrB = errors.New(\"B\")\n\tErrC = errors.New(\"C\")\n)\n\n// MaxItems"}, hasNot: []string{"stagecraft"},
		},
		"a const that becomes a function": {
			over: "func MaxItems() int { return 1 }", has: []string{"func MaxItems() int { return 1 }\n\n// section"}, hasNot: []string{"bounds", "= 100"},
		},
		"a line of a group that becomes a type": {
			over: "type ErrA struct{}", has: []string{"var (\n\tErrB = errors.New(\"b\") // b\n\n\t// a floating remark\n)\n\ntype ErrA struct{}\n"},
		},
		"dropped": {
			over: "//stagecraft:drop\nfunc (s Status) String() string { return \"\" }\n\n//stagecraft:drop\nvar _ fmt.Stringer = Status(0)", hasNot: []string{"Stringer", "for people", "trailing"},
		},
		"added": {
			over: "// Twice doubles.\n//\n//stagecraft:add\nfunc Twice(n int) int { return 2 * n }", has: []string{"\n\n// Twice doubles.\nfunc Twice(n int) int { return 2 * n }\n"}, hasNot: []string{"stagecraft", "//\n"},
		},
		"a group that counts": {
			over: "const (\n\tPending Status = iota + 1\n\tPaid\n\tConfirmed\n)", has: []string{"const (\n\tPending Status = iota + 1\n\tPaid\n\tConfirmed\n)\n\nvar ("}, hasNot: []string{"// The statuses."},
		},
		"a group that counts, one more and one less": {
			over: "const (\n\tPending Status = iota\n\t//stagecraft:add\n\tHeld\n\t//stagecraft:drop\n\tConfirmed\n\tPaid\n)", has: []string{"const (\n\tPending Status = iota\n\tHeld\n\n\tPaid\n)"}, hasNot: []string{"Confirmed\n\t// Paid"},
		},
		"the second init": {
			over: "func init() { fmt.Println(1) }\nfunc init() { fmt.Println(2) }", has: []string{"func init() { fmt.Println(1) }\n\nfunc init() { fmt.Println(2) }"}, hasNot: []string{"second"},
		},
		"one init more": {over: "//stagecraft:add\nfunc init() { fmt.Println(3) }", has: []string{"first", "second", "func init() { fmt.Println(3) }\n"}},
		"an import under a name": {
			over: "import u \"github.com/google/uuid\"\nfunc NewID() string { return u.NewString() }", has: []string{"\tu \"github.com/google/uuid\"\n"}, hasNot: []string{"\t\"github.com/google/uuid\""},
		},

		"stale":                      {over: "func Gone() {}", wantErr: "does not declare Gone"},
		"already there":              {over: "//stagecraft:add\nfunc NewID() string { return \"\" }", wantErr: "declares it already"},
		"one of a group that counts": {over: "const Paid Status = 7", wantErr: "give the whole group (Pending, Confirmed is missing)"},
		"given twice":                {over: "func NewID() {}\nfunc NewID() {}", wantErr: "NewID is given twice"},
		"dropped but not there":      {over: "//stagecraft:drop\nfunc Gone() {}", wantErr: "Gone is dropped"},
		"a misspelt mark":            {over: "//stagecraft:del\nfunc NewID() {}", wantErr: "unknown mark"},
		"a mark with a space":        {over: "// stagecraft:drop\nfunc NewID() {}", wantErr: "without a space"},
		"a mark on nothing":          {over: "//stagecraft:drop\n\nfunc NewID() {}", wantErr: "belongs to no declaration"},
		"one name, two packages": {
			over:    "import \"example.com/uuid\"\n//stagecraft:add\nfunc X() { uuid.X() }",
			wantErr: "import one of them under another name",
		},
		"no Go": {over: "func {", wantErr: "expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := overlay.File([]byte(stage), []byte("package domain\n\n"+tt.over))
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("expected an error with %q, seen %v\n%s", tt.wantErr, err, got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.has {
				if !strings.Contains(string(got), want) {
					t.Errorf("expected to find\n%s\nseen\n%s", want, got)
				}
			}
			for _, not := range tt.hasNot {
				if strings.Contains(string(got), not) {
					t.Errorf("expected not to find\n%s\nseen\n%s", not, got)
				}
			}
			if tidy, err := format.Source(got); err != nil || string(tidy) != string(got) {
				t.Errorf("not in gofmt's form: %v\n%s", err, got)
			}
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	base := fstest.MapFS{
		"order/domain/status.go": {Data: []byte(stage)},
		"order/domain/more.go":   {Data: []byte("package domain\n\nfunc More() {}\n")},
		"order/README.md":        {Data: []byte("old")},
		"order/gen/v1/x.go":      {Data: []byte("package orderv1\n")},
		"order/use.go":           {Data: []byte("package order\n\nimport \"shop/order/gen/v1\"\n\nvar A = orderv1.A\n\nvar B = more.B\n")},
		"order/old/a.go":         {Data: []byte("package old\n")},
	}
	changed, err := overlay.Apply(base, fstest.MapFS{
		"order/domain/status.go": {Data: []byte("package domain\nfunc NewID() string { return \"\" }")},
		"order/README.md":        {Data: []byte("new")},
		"order/new.go":           {Data: []byte("package order\nfunc  New() {}")},
		"order/old.drop":         {},
		"order/use.go":           {Data: []byte("package order\nvar A = 1")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(changed["order/new.go"]), "package order\n\nfunc New() {}\n"; got != want {
		t.Errorf("a new file: expected %q, seen %q", want, got)
	}
	if got := string(changed["order/README.md"]); got != "new" {
		t.Errorf("a file that is no Go: expected new, seen %q", got)
	}
	if body, has := changed["order/old/a.go"]; !has || body != nil {
		t.Errorf("a dropped directory: expected a nil file, seen %q %v", body, has)
	}
	if got, want := string(changed["order/use.go"]), "package order\n\nvar A = 1\n\nvar B = more.B\n"; got != want {
		t.Errorf("an import whose name is read from the stage: expected %q, seen %q", want, got)
	}
	if len(changed) != 5 {
		t.Errorf("expected 5 files, seen %d", len(changed))
	}

	for name, over := range map[string]fstest.MapFS{
		"More is declared in more.go and in two.go":        {"order/domain/two.go": {Data: []byte("package domain\nfunc More() {}")}},
		"more.go: the stage's file does not declare NewID": {"order/domain/more.go": {Data: []byte("package domain\nfunc NewID() {}")}},
		"has no gone.go to drop":                           {"order/gone.go.drop": {}},
		"both gives and drops":                             {"order/README.md": {}, "order/README.md.drop": {}},
	} {
		if _, err := overlay.Apply(base, over); err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "order/gone", "gone"), name) {
			t.Errorf("expected an error with %q, seen %v", name, err)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for decl, want := range map[string]string{
		"Status.CanGo":      "// CanGo says whether.\nfunc (s Status) CanGo(to Status) bool {\n\t// inside\n\treturn s < to\n}\n",
		"(*Status).String":  "// String is for people.\nfunc (s Status) String() string { return fmt.Sprint(int(s)) } // trailing\n",
		"ErrA":              "// ErrA is a.\nvar ErrA = errors.New(\"a\")\n",
		"Paid":              "// The statuses.\nconst (\n\tPending Status = iota // first\n\tConfirmed\n\t// Paid is paid.\n\tPaid\n)\n",
		"MaxItems, Status ": "// MaxItems bounds an order.\nconst MaxItems = 100\n\n// Status of an order.\ntype Status int\n",
	} {
		got, err := overlay.Quote([]byte(stage), decl)
		if err != nil || got != want {
			t.Errorf("%s: expected\n%s\nseen\n%s\n%v", decl, want, got, err)
		}
	}
	if _, err := overlay.Quote([]byte(stage), "Nothing"); err == nil {
		t.Error("expected an error for a name that is not declared")
	}
}

package picture

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestASVGHoldsTheTextItsColoursAndNothingElse(t *testing.T) {
	t.Parallel()
	svg := SVG("a \x1b[1;31m<b>\x1b[m & \x1b[38;5;245mgrey\x1b[m\n\x1b[7mtab\x1b[27m ✓ \x1b[38;2;1;2;3mexact\x1b[m", 40)
	for _, want := range []string{"&lt;b&gt;", `fill="#e06c75"`, `font-weight="bold"`, `fill="#8a8a8a"`, `fill="#010203"`, ">tab<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
	if strings.Contains(svg, "\x1b") || strings.Contains(svg, "href") || strings.Contains(svg, "<style") {
		t.Error("the picture has escapes, or is not self-contained")
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

package sampling

import (
	"testing"
)

func TestNumbersOf_UnitsAndThousands_AreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"bytes per purchase: 1,450 bytes": 1450, "| Bytes per purchase | 1450 |": 1450, "**bytes per purchase:** 1 450 B": 1450, "- bytes per purchase = 1449,6": 1449.6,
	} {
		if got := numbersOf(text)[bytesName]; got.Value != want || got.Unit != "" {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if got := numbersOf("failed purchases found: 100 percent")[foundName]; got.Value != 100 || got.Unit != "%" {
		t.Errorf("percent is read as %v", got)
	}
	if got := numbersOf("gigabytes per day: 43.8 gigabytes")[perDayName]; got.Value != 43.8 || got.Unit != "" {
		t.Errorf("gigabytes are read as %v", got)
	}
}

func TestWords_OnlyTheReason_Counts(t *testing.T) {
	t.Parallel()
	if got := words("# A heading\n\n<!-- a\ncomment -->\nBecause it fits: 45 of 50.\n| ratio | 0.2 |\n- ratio: 0.2\n"); got != 6 {
		t.Errorf("%d words, want 6", got)
	}
}

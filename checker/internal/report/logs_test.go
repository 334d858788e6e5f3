package report

import (
	"fmt"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
)

func TestLogsOfTroubleAreKeptAndShownToTheirEnd(t *testing.T) {
	t.Parallel()
	lines := []check.LogLine{{Service: "order", Text: "warn order.saga.recovery_failed error=record saga 01a1fd20-ff9f-75e8-a32e: the saga was taken over"}}
	for i := range 20 {
		lines = append(lines, check.LogLine{Service: "wallet", AtMS: int64(i), Text: fmt.Sprintf("info rpc.finished number=%d", i)})
	}
	p := &plain{}
	p.logs(lines)
	text := strings.Join(strings.Fields(p.String()), " ")
	if !strings.Contains(text, "the saga was taken over") {
		t.Errorf("the cause is lost:\n%s", text)
	}
	if !strings.Contains(text, "number=19") || strings.Contains(text, "number=8 ") || strings.Count(text, "rpc.finished") != 11 {
		t.Errorf("quiet lines are the last that there is room for:\n%s", text)
	}
}

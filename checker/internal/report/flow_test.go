package report

import (
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

func TestFlowOf_HeldAndLostCalls_AreDrawnApart(t *testing.T) {
	res := check.Result{
		Timeline: []timeline.Event{
			{Lane: "client", Kind: timeline.Request, Label: "create_order", StartMS: 1, EndMS: 600, Detail: "503"},
			{Lane: "gateway", To: "order", Kind: timeline.Call, Label: "CreateOrder", StartMS: 2, EndMS: 590, Fate: timeline.AnswerLost, Failed: true, Detail: "Unavailable"},
			{Lane: "order", To: "wallet", Kind: timeline.Call, Label: "Deduct", StartMS: 10, EndMS: 500, Fate: timeline.Held, Request: `{"saga_id":"1"}`},
			{Lane: "order", Kind: timeline.Stop, Label: "kill", StartMS: 200, EndMS: 200},
			{Lane: "order", Kind: timeline.Restart, Label: "ready", StartMS: 700, EndMS: 700},
		},
		Logs: []check.LogLine{{Service: "wallet", AtMS: 400, Text: "deducted"}, {Service: "wallet", AtMS: 5000, Text: "later"}},
	}
	flow := FlowOf(res)

	if got := strings.Join(flow.Columns, " "); got != "client gateway order wallet" {
		t.Errorf("columns: expected from the client to what is called last, seen %q", got)
	}
	var held, lost *FlowRow
	down := 0
	for i, row := range flow.Rows {
		switch {
		case row.Class == "call held" && row.Request != "":
			held = &flow.Rows[i]
		case row.Class == "call lost":
			lost = &flow.Rows[i]
		}
		if strings.Contains(string(row.Picture), `"life down"`) {
			down++
		}
	}
	if held == nil || len(held.Logs) != 1 || held.Logs[0].Text != "deducted" {
		t.Errorf("a held call must show its request and what was logged while it lasted, seen %+v", held)
	}
	if lost == nil {
		t.Error("a lost answer has no row")
	}
	if down == 0 {
		t.Error("no row shows that order was down")
	}
	for i := 1; i < len(flow.Rows); i++ {
		if flow.Rows[i].AtMS < flow.Rows[i-1].AtMS {
			t.Errorf("row %d is earlier than the one above it", i)
		}
	}
}

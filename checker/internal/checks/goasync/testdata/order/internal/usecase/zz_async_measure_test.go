package usecase

import (
	"fmt"
	"testing"
	"time"
)

// TestZZAsyncMeasure measures the numbers of the decision with the order service as it is.
func TestZZAsyncMeasure(t *testing.T) {
	load := func(change func(l *zzaLoad)) zzaLoad {
		l := zzaDefaults()
		change(&l)
		return l
	}
	ordinary := zzaSimulate(t, load(func(l *zzaLoad) { l.purchases = 500 }))
	failing := zzaSimulate(t, load(func(l *zzaLoad) { l.purchases, l.pricesFail, l.reserveFail, l.deductFail = 2000, 100, 50, 20 }))
	undone := zzaSimulate(t, load(func(l *zzaLoad) { l.purchases, l.deductFail = 1, 1 }))
	burst := zzaSimulate(t, load(func(l *zzaLoad) { l.purchases, l.every, l.deduct, l.line = 300, 0, 60*time.Millisecond, true }))
	frozen := zzaSimulate(t, load(func(l *zzaLoad) { l.purchases, l.deduct = 1, time.Hour }))
	calls := func(r zzaResult) (n int) {
		for _, of := range r.calls {
			n += of
		}
		return n
	}
	for _, m := range []struct{ what, want, got string }{
		{"the wait of a buyer", "340ms", ordinary.longest.String()},
		{"requests in flight at 50 purchases a second", "17", fmt.Sprint(int(ordinary.all / (500 * 20 * time.Millisecond)))},
		{"paid of 2,000 purchases", "1844", fmt.Sprint(failing.paid)},
		{"undone of 2,000 purchases", "136", fmt.Sprint(failing.undone)},
		{"calls of 500 purchases that are paid", "1500", fmt.Sprint(calls(ordinary))},
		{"calls of a purchase whose Deduct gets no answer", "5", fmt.Sprint(calls(undone))},
		{"paid of a burst of 300", "83", fmt.Sprint(burst.paid)},
		{"the wait of a buyer when wallet is frozen", "9.7s", frozen.longest.String()},
	} {
		if m.got != m.want {
			zzaFail(t, zzaFailure{"code", "your order service gives other numbers than the one of the lesson: " + m.what, m.want, m.got,
				"The numbers hold for a saga whose steps are called once, with the budgets of this lesson. Let the other checks pass first."})
		}
	}
}

package author

import (
	"testing"

	"stagecraft/checker/internal/lesson"
)

func TestNeedCluster_ChecksDeployOrNot(t *testing.T) {
	t.Parallel()
	s := &sources{packages: map[string]goPackage{
		internal + "checks/saga":       {Imports: []string{internal + "kube/shop"}},
		internal + "kube/shop":         {},
		internal + "checks/orderstate": {},
	}}
	for id, want := range map[string]bool{"saga-step-crash": true, "order-state-whitelist": false} {
		if got := s.needCluster(lesson.Lesson{Checks: []string{id}}); got != want {
			t.Errorf("a lesson with %s needs a cluster: expected %t, seen %t", id, want, got)
		}
	}
}

func TestGradable_NoCluster_LeavesTheOthersOut(t *testing.T) {
	t.Parallel()
	here, left := gradable([]lesson.Lesson{{Number: 1}, {Number: 48}}, func(l lesson.Lesson) bool { return l.Number == 1 })
	if len(here) != 1 || here[0].Number != 1 || len(left) != 1 || left[0].Number != 48 {
		t.Errorf("expected lesson 1 here and 48 left out, seen %v and %v", here, left)
	}
}

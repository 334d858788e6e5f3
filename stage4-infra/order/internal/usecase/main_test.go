package usecase_test

import (
	"testing"

	"go.uber.org/goleak"
)

// What was started must have ended when the tests have.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

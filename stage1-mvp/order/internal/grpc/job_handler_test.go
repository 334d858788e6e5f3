package grpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	"stagecraft/stage1-mvp/order/internal/grpc"
	"stagecraft/stage1-mvp/platform/auth"
)

func TestJobsAreForAdminsAlone(t *testing.T) {
	t.Parallel()
	service, rules := orderv1.JobService_ServiceDesc, grpc.Rules()
	for _, method := range service.Methods {
		name := "/" + service.ServiceName + "/" + method.MethodName
		assert.Equal(t, []auth.Role{auth.Admin}, rules[name], name)
	}
}

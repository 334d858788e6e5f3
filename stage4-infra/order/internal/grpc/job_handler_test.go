package grpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/grpc"
	"shop/platform/auth"
)

func TestJobsAreForAdminsAlone(t *testing.T) {
	t.Parallel()
	service, rules := orderv1.JobService_ServiceDesc, grpc.Rules()
	for _, method := range service.Methods {
		name := "/" + service.ServiceName + "/" + method.MethodName
		assert.Equal(t, []auth.Role{auth.Admin}, rules[name], name)
	}
}

package contracttest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/reflect/protoreflect"

	"shop/platform/grpcclient"
)

// Retries fails the test unless methods has a rule with a reason for each method of the services and for no other, and repeats only reads
// and requests that have an idempotency key.
func Retries(t *testing.T, methods grpcclient.Methods, services ...protoreflect.ServiceDescriptor) {
	t.Helper()
	known := map[string]bool{}
	for _, service := range services {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			name := "/" + string(service.FullName()) + "/" + string(method.Name())
			known[name] = true
			rule, listed := methods[name]
			if !assert.True(t, listed, "%s has no rule: is it repeated or not?", name) {
				continue
			}
			assert.NotEmpty(t, rule.Why, "%s needs a reason", name)
			assert.True(t, !rule.Repeat || isRead(method) || isKeyed(method), "%s changes something, and its request has no key", name)
			assert.False(t, rule.Repeat && method.IsStreamingServer(), "%s is a stream", name)
		}
	}
	for name := range methods {
		assert.True(t, known[name], "there is no method %s", name)
	}
}

func isRead(method protoreflect.MethodDescriptor) bool {
	for _, prefix := range []string{"Get", "List", "BatchGet"} {
		if strings.HasPrefix(string(method.Name()), prefix) {
			return true
		}
	}
	return false
}

func isKeyed(method protoreflect.MethodDescriptor) bool {
	return method.Input().Fields().ByName("idempotency_key") != nil
}

// Package broker makes a virtual host of RabbitMQ for one invocation.
package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// VHost is a virtual host of this invocation.
type VHost struct {
	// Address is amqp://…, with the virtual host.
	Address string
	// PIDs are the processes of the broker, if they are on this machine.
	PIDs []int

	name, api string
	user      *url.Userinfo
}

// Create makes the virtual host. The addresses are amqp://… of an administrator and http://… of the management.
func Create(ctx context.Context, amqp, api, name string) (*VHost, error) {
	address, err := url.Parse(amqp)
	if err != nil {
		return nil, err
	}
	address.Path = "/" + name
	v := &VHost{Address: address.String(), name: name, api: api, user: address.User}
	if _, err := v.manage(ctx, http.MethodPut, "vhosts", name); err != nil {
		return nil, err
	}
	raw, err := v.manage(ctx, http.MethodGet, "nodes")
	if err != nil {
		return nil, err
	}
	var nodes []struct {
		PID string `json:"os_pid"`
	}
	if err := json.Unmarshal(raw, &nodes); err != nil {
		return nil, err
	}
	for _, node := range nodes {
		pid, err := strconv.Atoi(node.PID)
		if err != nil {
			return nil, err
		}
		v.PIDs = append(v.PIDs, pid)
	}
	return v, nil
}

// Drop deletes the virtual host with all its queues.
func (v *VHost) Drop(ctx context.Context) error {
	_, err := v.manage(ctx, http.MethodDelete, "vhosts", v.name)
	return err
}

// manage calls the management of RabbitMQ.
func (v *VHost) manage(ctx context.Context, method string, path ...string) (json.RawMessage, error) {
	base, err := url.Parse(v.api)
	if err != nil {
		return nil, err
	}
	if base.User == nil {
		base.User = v.user
	}
	request, err := http.NewRequestWithContext(ctx, method, base.JoinPath(append([]string{"api"}, path...)...).String(), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s", method, request.URL.Redacted(), response.Status)
	}
	var body json.RawMessage
	if response.ContentLength != 0 && method == http.MethodGet {
		err = json.NewDecoder(response.Body).Decode(&body)
	}
	return body, err
}

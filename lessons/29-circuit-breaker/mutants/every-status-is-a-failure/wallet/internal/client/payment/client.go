package payment

import (
	"fmt"
	"net/http"

	"shop/platform/httpclient"
)

func overload(response httpclient.Response) error {
	if response.Status >= http.StatusBadRequest {
		return fmt.Errorf("the payment provider answered %d", response.Status)
	}
	return nil
}

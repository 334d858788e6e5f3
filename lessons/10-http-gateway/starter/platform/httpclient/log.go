package httpclient

import "fmt"

// curl returns the request as a command.
func (c *Client) curl(request Request) string {
	// TODO: a command that can be pasted into a shell, with all headers and the body, and without secrets.
	return fmt.Sprintf(`curl -X %s "%s" -H "%v" -d "%s"`, request.Method, request.URL, request.Header, request.Body)
}

// loggedBody returns the part of a body that is logged.
func (c *Client) loggedBody(body []byte) string {
	// TODO: at most 2,000 bytes, and no secret.
	return string(body)
}

//stagecraft:drop
func quote(text string) string { return "" }

//stagecraft:drop
func (c *Client) hide(text string) string { return "" }

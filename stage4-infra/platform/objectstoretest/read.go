package objectstoretest

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Object is what is stored under a key.
type Object struct {
	Content     string
	ContentType string
}

// Read returns an object; false when there is none.
func (s *Server) Read(t testing.TB, bucket, key string) (Object, bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Endpoint+"/"+bucket+"/"+key, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return Object{}, false
	}
	require.Equal(t, http.StatusOK, response.StatusCode)
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return Object{Content: string(content), ContentType: response.Header.Get("Content-Type")}, true
}

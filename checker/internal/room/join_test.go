package room

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func TestJoin_NamesCodesAndTokens_AreChecked(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	for _, test := range []struct {
		address, code, name, want string
	}{
		{c.web.URL, c.Code(), "ANNA", "is taken"},
		{c.web.URL, c.Code(), "", "1 to 40 printable characters"},
		{c.web.URL, c.Code(), "a\x1b[2Jb", "1 to 40 printable characters"},
		{c.web.URL, c.Code(), strings.Repeat("ä", 41), "1 to 40 printable characters"},
		{c.web.URL, "000000", "Bo", "not the room's code"},
		{"room.test:8484", c.Code(), "Bo", "no address of a room"},
		{c.web.URL + "/?key=1", c.Code(), "Bo", "no address of a room"},
		{"http://127.0.0.1:1", c.Code(), "Bo", "does not answer"},
	} {
		_, _, err := Client{Root: t.TempDir()}.Join(t.Context(), test.address, test.code, test.name)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("join %s as %q: %v; the error must say %q", test.address, test.name, err, test.want)
		}
	}
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }))
	defer portal.Close()
	if _, _, err := (Client{Root: t.TempDir()}).Join(t.Context(), portal.URL, c.Code(), "Bo"); err == nil || !strings.Contains(err.Error(), "is no room") {
		t.Errorf("a server that is no room: %v", err)
	}

	// The same token is the same learner, whatever the name.
	if _, as, err := anna.Join(t.Context(), c.web.URL+"/", c.Code(), "Anna B"); err != nil || as != "Anna B" || len(c.view().Rows) != 1 {
		t.Errorf("join again: %q, %v, %d learners", as, err, len(c.view().Rows))
	}
	info, err := os.Stat(anna.path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("room.json holds the token: mode %v, %v", info.Mode(), err)
	}
	if _, err := anna.Leave(t.Context()); err != nil || !c.row(t, "Anna B").Left {
		t.Errorf("leave: %v", err)
	}
	if joined, err := anna.Add(Report{}); joined || err != nil {
		t.Errorf("after leaving a report was kept: %v", err)
	}
	// The name is free, and who takes it continues.
	c.join(t, "anna b")
	if v := c.view(); len(v.Rows) != 1 || v.Rows[0].Left {
		t.Errorf("after joining with the name of one who has left: %+v", v.Rows)
	}
}

func TestJoin_WrongCodes_AreLimitedByAddress(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	for range 10 {
		if err := c.admit("192.168.1.7:4000", "000000"); status(err) != http.StatusForbidden {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	if err := c.admit("192.168.1.7:4001", c.Code()); status(err) != http.StatusTooManyRequests {
		t.Errorf("after ten wrong codes the right one can still be found by trying: %v", err)
	}
	if err := c.admit("192.168.1.8:4000", c.Code()); err != nil {
		t.Errorf("another address is limited as well: %v", err)
	}
	for _, remote := range []string{"[fd00:0:0:1::1]:1", "[fd00:0:0:1::2]:1"} {
		_ = c.admit(remote, "000000")
	}
	if len(c.addresses) != 3 {
		t.Errorf("addresses of one IPv6 network count apart: %d", len(c.addresses))
	}
	c.clock.pass(time.Minute)
	if err := c.admit("192.168.1.7:4000", c.Code()); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}

package room

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stagecraft/checker/internal/statefile"
)

// What a learner's checker spends on the room.
const (
	budget   = time.Second      // of one run
	backOff  = 30 * time.Second // after a try that failed
	patience = 5 * time.Second  // of a command that is about the room
	maxSpool = 200              // reports; the oldest go first, and the later ones repeat their counts
	maxBatch = 20               // reports in a request: about half of maxBody
)

// Client is a learner's side of the room. What it knows is in .stagecraft/room.json, which two checkers may change at once.
type Client struct {
	Root      string
	Now       func() time.Time  // nil: time.Now
	Transport http.RoundTripper // nil: HTTP without a proxy
}

// member is room.json.
type member struct {
	URL     string    `json:"url"`
	Room    string    `json:"room"`
	Name    string    `json:"name"`
	Token   string    `json:"token"`
	Shown   int       `json:"shown"` // Seq of the last news that was shown
	RetryAt time.Time `json:"retry_at,omitzero"`
	Spool   []waiting `json:"spool,omitempty"`
}

// waiting is a report that the room has not confirmed.
type waiting struct {
	At     time.Time `json:"at"` // by this machine's clock
	Report Report    `json:"report"`
}

func (c Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c Client) path() string { return filepath.Join(c.Root, ".stagecraft", "room.json") }

// load returns the zero member when the learner is in no room.
func (c Client) load() (m member, err error) {
	text, err := os.ReadFile(c.path())
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return member{}, fmt.Errorf("%s cannot be read: %w; remove it and join again", c.path(), err)
	}
	return m, nil
}

// update lets change alter room.json. A member without a URL is in no room: the file goes.
func (c Client) update(change func(*member)) error {
	lock, err := statefile.Lock(filepath.Join(filepath.Dir(c.path()), "room.lock"))
	if err != nil {
		return fmt.Errorf("lock room.json: %w", err)
	}
	defer lock.Close() // closing unlocks, and so does dying
	m, err := c.load()
	if err != nil {
		return err
	}
	change(&m)
	if m.URL == "" {
		if err := os.Remove(c.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("leave the room: %w", err)
		}
		return nil
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode room.json: %w", err)
	}
	if err := statefile.Replace(c.path(), append(text, '\n')); err != nil {
		return fmt.Errorf("save room.json: %w", err)
	}
	return nil
}

// Join enters the room at address and returns its name and the learner's. Joining the same room again keeps the learner's state.
func (c Client) Join(ctx context.Context, address, code, name string) (room, as string, err error) {
	at, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.RawQuery != "" || at.Fragment != "" || at.User != nil {
		return "", "", fmt.Errorf("%q is no address of a room; copy the line that the instructor's board shows: join http://192.168.1.7:8484 --code 482193 --name Anna", address)
	}
	m, err := c.load()
	if err != nil {
		return "", "", err
	}
	if m.URL != at.String() {
		m = member{URL: at.String(), Token: secret()}
	}
	m.Name, _ = printable(name, maxName)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var n News
	if err := c.post(ctx, m, "/api/join", joinRequest{Code: code, Name: name, Token: m.Token}, &n); err != nil {
		return "", "", err
	}
	m.Room, _ = printable(n.Room, maxName)
	return m.Room, m.Name, c.update(func(now *member) {
		if now.Token == m.Token {
			m.Spool, m.Shown = now.Spool, now.Shown
		}
		*now = m
	})
}

var errNoRoom = errors.New("you are in no room; the instructor's board shows the line that joins it")

// Leave ends the membership here, and in the room when that can be reached; err says if it could not.
func (c Client) Leave(ctx context.Context) (room string, err error) {
	m, err := c.load()
	if err != nil {
		return "", err
	}
	if m.URL == "" {
		return "", errNoRoom
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	told := c.post(ctx, m, "/api/leave", struct{}{}, nil)
	if err := c.update(func(m *member) { *m = member{} }); err != nil {
		return "", err
	}
	var refused *Refusal
	if told != nil && !errors.As(told, &refused) {
		return m.Room, fmt.Errorf("you have left, but the room does not know it: %w; nothing more is sent", told)
	}
	return m.Room, nil
}

// Hand raises the learner's hand, with a word about what it is, or puts it down.
func (c Client) Hand(ctx context.Context, up bool, text string) error {
	m, err := c.load()
	if err != nil {
		return err
	}
	if m.URL == "" {
		return errNoRoom
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.post(ctx, m, "/api/hand", handRequest{Up: up, Text: text}, nil)
}

// Add keeps a report until the room has confirmed it. Without a room it does nothing.
func (c Client) Add(rep Report) (joined bool, err error) {
	if m, err := c.load(); err != nil || m.URL == "" {
		return false, err
	}
	rep.ID = secret()[:32]
	return true, c.update(func(m *member) {
		m.Spool = append(m.Spool, waiting{c.now(), rep})
		m.Spool = m.Spool[max(0, len(m.Spool)-maxSpool):]
	})
}

// Send sends what waits, in order, for a second at most; after a try that failed it does nothing for 30 s. It returns a line for the
// learner when the room's lesson or message have changed.
func (c Client) Send(ctx context.Context) (line string) {
	within, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	for within.Err() == nil {
		m, err := c.load()
		wait := m.RetryAt.Sub(c.now())
		if err != nil || len(m.Spool) == 0 || wait > 0 && wait <= backOff { // more: the clock was set back
			return line
		}
		batch := m.Spool[:min(len(m.Spool), maxBatch)]
		var body reportRequest
		for _, w := range batch {
			w.Report.AgeMS = max(0, c.now().Sub(w.At).Milliseconds())
			body.Reports = append(body.Reports, w.Report)
		}
		var n News
		err = c.post(within, m, "/api/reports", body, &n)
		if ctx.Err() != nil {
			return line // the learner has stopped the run: this says nothing about the room
		}
		var refused *Refusal
		switch {
		case err == nil && n.Seq != m.Shown:
			line = n.line(c.now())
		case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
			line = "room: " + refused.Text
		}
		if c.update(func(now *member) { now.settle(m.Token, batch, n, err, c.now()) }) != nil || err != nil {
			return line
		}
	}
	return line
}

// settle records what the room said about a batch.
func (m *member) settle(token string, batch []waiting, n News, err error, now time.Time) {
	var refused *Refusal
	switch isRefusal := errors.As(err, &refused); {
	case m.Token != token: // the learner has joined another room meanwhile
		return
	case isRefusal && refused.Status == http.StatusUnauthorized:
		*m = member{}
		return
	case err != nil && (!isRefusal || refused.Status >= 500 || refused.Status == http.StatusTooManyRequests):
		m.RetryAt = now.Add(backOff)
		return
	case err == nil:
		m.Shown, m.RetryAt = n.Seq, time.Time{}
	}
	// Another checker may have sent some of them already, or added others.
	sent := map[string]bool{}
	for _, w := range batch {
		sent[w.Report.ID] = true
	}
	kept := m.Spool[:0]
	for _, w := range m.Spool {
		if !sent[w.Report.ID] {
			kept = append(kept, w)
		}
	}
	m.Spool = kept
}

// line is the news as the learner reads it.
func (n News) line(now time.Time) string {
	var parts []string
	if n.Lesson > 0 {
		lesson := fmt.Sprintf("lesson %d", n.Lesson)
		if n.LeftMS > 0 {
			lesson += " until " + now.Add(time.Duration(n.LeftMS)*time.Millisecond).Format("15:04")
		}
		parts = append(parts, lesson, fmt.Sprintf("%d of %d have passed", n.Passed, n.Learners))
	}
	if message, _ := printable(n.Message, maxText); message != "" {
		parts = append(parts, message)
	}
	if len(parts) == 0 {
		return ""
	}
	return "room: " + strings.Join(parts, " — ")
}

// post sends a request of the member and decodes the answer. A *Refusal is what the room said; all other errors are those of the way to it.
func (c Client) post(ctx context.Context, m member, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+m.Token)
	client := http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if client.Transport == nil {
		direct := &http.Transport{} // the room is on this network: no proxy reaches it
		defer direct.CloseIdleConnections()
		client.Transport = direct
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the room at %s does not answer: %w; is this machine on the instructor's network?", m.URL, errors.Unwrap(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch {
	case err != nil:
		return fmt.Errorf("the room at %s does not answer: %w; is this machine on the instructor's network?", m.URL, err)
	case resp.Header.Get(mark) == "":
		return fmt.Errorf("what answers at %s is no room; copy the address from the instructor's board", m.URL)
	case resp.StatusCode != http.StatusOK:
		said, _ := printable(string(answer), maxText)
		return &Refusal{resp.StatusCode, said}
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("what answers at %s is no room; copy the address from the instructor's board", m.URL)
	}
	return nil
}

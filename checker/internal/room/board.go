package room

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed board.html public.html room.css room.js
var assets embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock": func(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) },
	"css":   func() template.CSS { return template.CSS(asset("room.css")) },
	"js":    func() template.JS { return template.JS(asset("room.js")) },
	"page":  func(l Lesson) string { return "/site/lessons/" + l.Name + "/" },
}).ParseFS(assets, "*.html"))

func asset(name string) string {
	text, err := assets.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// same compares secrets in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// public is the page for learners: no names, no key.
func (r *Room) public(at Place) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		v := r.view()
		v.Rows, v.Hands, v.Stuck, v.Failures = nil, nil, nil, nil
		v.URL, v.Bundle, v.Modules = "http://"+req.Host, at.Bundle != "", at.Modules != ""
		show(w, "public.html", v)
	}
}

// show writes a page that runs no script and no style but its own.
func show(w http.ResponseWriter, name string, v view) {
	v.Nonce = secret()[:32]
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'nonce-%s'; style-src 'nonce-%s'; connect-src 'self'; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'", v.Nonce, v.Nonce))
	_ = pages.ExecuteTemplate(w, name, v) // the client is gone
}

// boards adds the instructor's part. It asks for the key: in the address once, then in a cookie, in a form or in a header.
func (r *Room) boards(mux *http.ServeMux, at Place) {
	mux.HandleFunc("GET /board", func(w http.ResponseWriter, req *http.Request) {
		if key := req.URL.Query().Get("key"); same(key, r.Key()) { // from here on it is in no address: a projector shows those
			http.SetCookie(w, &http.Cookie{Name: r.cookie(), Value: key, Path: "/board", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(w, req, "/board", http.StatusSeeOther)
			return
		}
		if !r.mayRead(w, req) {
			return
		}
		w.Header().Set("Referrer-Policy", "same-origin") // without any, browsers send the forms of this page with the origin "null"
		show(w, "board.html", r.board(at))
	})
	read := func(path string, handle func(http.ResponseWriter, *http.Request)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, req *http.Request) {
			if r.mayRead(w, req) {
				handle(w, req)
			}
		})
	}
	read("/board/live", func(w http.ResponseWriter, req *http.Request) { r.stream(w, req, at) })
	read("/board/room.csv", r.exportCSV)
	read("/board/room.json", r.exportJSON)
	act := func(path string, events func(*http.Request) ([]event, error)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, req *http.Request) {
			if err := req.ParseForm(); err != nil {
				refuse(w, &Refusal{400, "the form cannot be read; reload the board"})
				return
			}
			// The cookie alone is not enough to act.
			if !same(req.PostFormValue("key"), r.Key()) && !same(req.Header.Get("Room-Key"), r.Key()) {
				refuse(w, noKey)
				return
			}
			decided, err := events(req)
			if err == nil {
				err = r.update(func() ([]event, error) { return decided, nil })
			}
			if err != nil {
				refuse(w, err)
				return
			}
			http.Redirect(w, req, "/board", http.StatusSeeOther)
		})
	}
	act("/board/lesson", r.setLesson)
	act("/board/message", func(req *http.Request) ([]event, error) {
		text, _ := printable(req.PostFormValue("text"), maxText)
		return []event{{Kind: "message", Text: text}}, nil
	})
	act("/board/lower", func(req *http.Request) ([]event, error) { return about(req, "lowered") })
	act("/board/remove", func(req *http.Request) ([]event, error) { return about(req, "removed") })
}

var noKey = &Refusal{http.StatusForbidden, "this page is the instructor's; open the address that `go run ./checker room` has printed"}

func (r *Room) cookie() string { return "room-" + r.Code() } // rooms on other ports of this machine have others

func (r *Room) mayRead(w http.ResponseWriter, req *http.Request) bool {
	cookie, err := req.Cookie(r.cookie())
	if same(req.Header.Get("Room-Key"), r.Key()) || err == nil && same(cookie.Value, r.Key()) {
		w.Header().Set("Cache-Control", "no-store")
		return true
	}
	refuse(w, noKey)
	return false
}

func (r *Room) setLesson(req *http.Request) ([]event, error) {
	e := event{Kind: "lesson", Lesson: req.PostFormValue("lesson")}
	if _, ok := r.find(e.Lesson); !ok && e.Lesson != "" {
		return nil, &Refusal{400, "there is no such lesson; reload the board"}
	}
	minutes, err := strconv.Atoi(req.PostFormValue("minutes"))
	if err != nil && req.PostFormValue("minutes") != "" || minutes < 0 || minutes > 24*60 {
		return nil, &Refusal{400, "minutes must be a number from 0 to 1440"}
	}
	if minutes > 0 && e.Lesson != "" {
		e.Until = r.Now().Add(time.Duration(minutes) * time.Minute)
	}
	return []event{e}, nil
}

// about is an event about the learner of a form.
func about(req *http.Request, kind string) ([]event, error) {
	id, err := strconv.Atoi(req.PostFormValue("learner"))
	if err != nil {
		return nil, &Refusal{400, "there is no such learner; reload the board"}
	}
	return []event{{Kind: kind, Learner: id}}, nil
}

func (r *Room) board(at Place) view {
	v := r.view()
	v.Code, v.Key, v.URL = r.Code(), r.Key(), at.URL
	return v
}

// stream sends the live parts of the board after each change, twice a second at most, and every 15 s, because minutes pass.
func (r *Room) stream(w http.ResponseWriter, req *http.Request, at Place) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	changed, stop := r.subscribe()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		parts := map[string]string{}
		v := r.board(at)
		for _, name := range []string{"head", "live", "matrix"} {
			var out bytes.Buffer
			if err := pages.ExecuteTemplate(&out, name, v); err != nil {
				return
			}
			parts[name] = out.String()
		}
		parts["status"] = v.Status
		data, err := json.Marshal(parts)
		if err != nil {
			return
		}
		_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || c.Flush() != nil {
			return
		}
		if !pause(req, time.After(500*time.Millisecond), nil) || !pause(req, time.After(15*time.Second), changed) {
			return
		}
	}
}

// pause waits for the time or a change. It returns false when the client or the room has gone.
func pause(req *http.Request, until <-chan time.Time, changed <-chan struct{}) bool {
	select {
	case <-req.Context().Done():
		return false
	case <-until:
	case <-changed:
	}
	return true
}

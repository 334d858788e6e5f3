package infra

import "sync"

// lives are child processes that should not end before they are forgotten.
type lives struct {
	mu   sync.Mutex
	next int
	all  map[int]life
}

type life struct {
	done  <-chan struct{}
	words func() string
}

func (l *lives) add(done <-chan struct{}, words func() string) (forget func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[int]life{}
	}
	l.next++
	id := l.next
	l.all[id] = life{done, words}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.all, id)
	}
}

// dead returns the last words of one that has ended.
func (l *lives) dead() (words string, dead bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		select {
		case <-one.done:
			return one.words(), true
		default:
		}
	}
	return "", false
}

// Package chaos judges a stage in which faults were planted: each by a strike at the moment in which it loses or doubles something, and all
// together by a game day whose seed is new each time.
package chaos

import (
	"slices"
	"time"

	game "stagecraft/checker/internal/chaos"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

var needs = check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: stack.Names()}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		strike("chaos-lost-on-the-way", "a command that is lost on its way to the broker is sent again", lostOnTheWay),
		strike("chaos-killed-handler", "a message whose handler is killed is handled by the next process", killedHandler),
		strike("chaos-cancel-in-flight", "a purchase that is cancelled while its charge is under way costs nothing", cancelInFlight),
		strike("chaos-card-once", "a card whose answer was lost is charged once", cardOnce),
		day(),
	}
}

func strike(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "chaos", Needs: needs, Run: run}
}

// dayLength is short: the strikes are exact, and the day looks for what they do not name.
const dayLength = 15 * time.Second

// experiments are those of the day. They need no server of their own, and settle fast or not at all.
var experiments = []string{"wallet-killed-while-slow", "broker-link-cut", "card-answers-lost", "messages-twice", "database-link-cut"}

func day() check.Check {
	chosen := slices.DeleteFunc(game.Shipped(), func(e game.Experiment) bool { return !slices.Contains(experiments, e.Name) })
	for i := range chosen {
		chosen[i].Steady.Within = game.Time(30 * time.Second)
		chosen[i].Settle = game.Time(20 * time.Second)
	}
	c := game.Day{Length: dayLength, Rate: 10, Experiments: chosen}.Check()
	c.ID, c.Sentence = "chaos-day", "a game day with a new seed loses and doubles nothing"
	c.Timeout = 3 * time.Minute
	return c
}

package web

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"inzage/schema"
)

// How fast one person can go (ASVS 5.0, 2.4): far above what somebody does by hand,
// far below what would keep the others waiting.
const (
	actsAtOnce    = 60
	actsPerSecond = 1
	// Files, and forms with files. The pieces of one are bounded by its size.
	filesAtOnce    = mostFiles
	filesPerSecond = 0.2
)

// pace holds back who goes too fast, each person for themselves. It is safe for
// concurrent use.
type pace struct {
	atOnce    int
	perSecond rate.Limit
	mu        sync.Mutex
	people    map[schema.Actor]*rate.Limiter
}

func newPace(atOnce int, perSecond rate.Limit) *pace {
	return &pace{atOnce: atOnce, perSecond: perSecond, people: make(map[schema.Actor]*rate.Limiter)}
}

// take lets somebody do one more thing, or says after how many seconds they can.
func (p *pace) take(who schema.Actor, now time.Time) (wait int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.people[who]
	if !ok {
		for old, l := range p.people { // who was quiet for long enough is as new
			if l.TokensAt(now) >= float64(p.atOnce) {
				delete(p.people, old)
			}
		}
		l = rate.NewLimiter(p.perSecond, p.atOnce)
		p.people[who] = l
	}
	if l.AllowN(now, 1) {
		return 0
	}
	return int(math.Ceil((1 - l.TokensAt(now)) / float64(p.perSecond)))
}

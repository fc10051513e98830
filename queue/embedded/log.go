package embedded

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// logger hands the server's messages to zerolog. It never ends the process, and
// drops debug and trace messages: a trace prints what is sent.
type logger struct {
	log zerolog.Logger
	// broken is told that a stream takes nothing more: the disk refused a write.
	// The server has no other way to say so, and goes on.
	broken func()
}

// Noticef implements server.Logger.
func (l logger) Noticef(format string, args ...any) { l.log.Debug().Msg(say(format, args)) }

// Warnf implements server.Logger.
func (l logger) Warnf(format string, args ...any) { l.log.Warn().Msg(say(format, args)) }

// Errorf implements server.Logger.
func (l logger) Errorf(format string, args ...any) {
	l.log.Error().Msg(say(format, args))
	if strings.Contains(format, "critical write error") {
		l.broken()
	}
}

// Fatalf implements server.Logger. Start notices by itself that the server did
// not start.
func (l logger) Fatalf(format string, args ...any) { l.log.Error().Msg(say(format, args)) }

// Debugf implements server.Logger.
func (logger) Debugf(string, ...any) {}

// Tracef implements server.Logger.
func (logger) Tracef(string, ...any) {}

// say fills in numbers, times and names. What can hold a piece of a message (the
// server quotes the start of a line that it cannot read) is left out.
func say(format string, args []any) string {
	safe := make([]any, len(args))
	name := regexp.MustCompile(`^[\w.:/\\$>*-]{1,200}$`)
	for i, arg := range args {
		switch v := arg.(type) {
		case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float64, bool, time.Duration, time.Time:
			safe[i] = v
		case error:
			safe[i] = "[" + fmt.Sprintf("%T", v) + "]"
		default:
			safe[i] = "[…]"
			if s := fmt.Sprint(v); name.MatchString(s) {
				safe[i] = s
			}
		}
	}
	return fmt.Sprintf(format, safe...)
}

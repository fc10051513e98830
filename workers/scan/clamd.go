// Package scan has the organisation's own virus scanner look at what people hand
// in. It speaks the protocol of clamd, the daemon of ClamAV, which other scanners
// speak too (clamd(8)): a command, ended by a zero byte; for INSTREAM pieces that
// begin with their length in four bytes, the last of no length; and one answer,
// ended by a zero byte.
//
// Whatever is not clearly "nothing found" is an error. What the scanner says of
// a file goes no further than a code: the name of a signature is text from outside.
package scan

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"inzage/schema"
)

// Clamd is a scanner that is listening somewhere. It is safe for concurrent use: each
// question has a connection of its own.
type Clamd struct {
	Network, Address string // "unix" and a path, or "tcp" and an address of this machine
	// Patience is how long the scanner may be silent, 15 minutes where it is zero:
	// while it takes a piece, and while it looks at all of them. clamd itself gives up
	// after its MaxScanTime.
	Patience time.Duration
}

const (
	patience = 15 * time.Minute
	// piece is how many bytes go to the scanner at a time.
	piece = 64 << 10
	// longest is how long an answer may be, in bytes.
	longest = 4 << 10
)

// clean is the one answer that lets a file through.
const clean = "stream: OK"

// limits is how the name begins by which clamd, with AlertExceedsMax, tells that it
// did not look at all of a file.
const limits = "Heuristics.Limits.Exceeded"

// Look has the scanner look at all that r gives, and is nil where it found nothing.
// The error has CodeInfected where it found something, CodeScanLimit where the file
// is larger, or has more in it, than it looks at, CodeNotScanned where it cannot be
// reached, is silent, or says anything else, CodeInterrupted where ctx ended; an error
// of r comes back as it is. It holds one piece in memory.
func (c *Clamd) Look(ctx context.Context, r io.Reader) error {
	answer, err := c.ask(ctx, "INSTREAM", r)
	switch found, is := strings.CutSuffix(answer, " FOUND"); {
	case err != nil:
		return err
	case answer == clean:
		return nil
	case answer == "INSTREAM size limit exceeded. ERROR", is && strings.HasPrefix(found, "stream: "+limits):
		return schema.Fail(schema.CodeScanLimit, "scan file", nil)
	case is:
		return schema.Fail(schema.CodeInfected, "scan file", nil)
	}
	return schema.Fail(schema.CodeNotScanned, "scan file", nil)
}

// Ping asks whether the scanner is there; the error has CodeNotScanned.
func (c *Clamd) Ping(ctx context.Context) error {
	answer, err := c.ask(ctx, "PING", nil)
	if err == nil && answer != "PONG" {
		err = schema.Fail(schema.CodeNotScanned, "ask scanner", nil)
	}
	return err
}

// Signed asks of when the signatures are; the zero time where the scanner does not
// tell. Errors are those of Ping.
func (c *Clamd) Signed(ctx context.Context) (time.Time, error) {
	answer, err := c.ask(ctx, "VERSION", nil)
	if err != nil {
		return time.Time{}, err
	}
	// "ClamAV 1.4.6/27400/Sat Nov 14 09:26:00 2026", in the scanner's own zone.
	_, rest, _ := strings.Cut(answer, "/")
	_, day, _ := strings.Cut(rest, "/")
	at, err := time.Parse(time.ANSIC, day)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // without signatures of ClamAV's own there is no day
	}
	return at, nil
}

// ask sends a command, with the bytes of data where it is not nil, and returns the
// answer.
func (c *Clamd) ask(ctx context.Context, command string, data io.Reader) (string, error) {
	failed := func(err error) error {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "ask scanner", ctx.Err())
		}
		return schema.Fail(schema.CodeNotScanned, "ask scanner", err)
	}
	within := cmp.Or(c.Patience, patience)
	conn, err := (&net.Dialer{Timeout: min(within, time.Minute)}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", failed(err)
	}
	defer conn.Close() //nolint:errcheck // the answer is all there is to it
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_ = conn.SetDeadline(time.Now().Add(within))
	_, sent := conn.Write([]byte("z" + command + "\x00"))
	if sent == nil && data != nil {
		var theirs error
		if sent, theirs = stream(conn, data, within); theirs != nil {
			return "", theirs
		}
	}
	// Also where not all could be sent: the scanner says why before it hangs up.
	_ = conn.SetReadDeadline(time.Now().Add(within))
	answer, err := bufio.NewReader(io.LimitReader(conn, longest)).ReadString(0)
	answer = strings.TrimSuffix(answer, "\x00")
	if err != nil || sent != nil && answer == clean {
		return "", failed(errors.Join(sent, err))
	}
	return answer, nil
}

// stream sends data in pieces. sent is why the scanner did not take all of it, theirs
// why data did not give all of it: then the scanner is never told that this was all.
func stream(conn net.Conn, data io.Reader, within time.Duration) (sent, theirs error) {
	buf := make([]byte, 4+piece)
	for {
		n, err := data.Read(buf[4:])
		if err != nil && err != io.EOF { // a wrapped one is no end but a file that broke off
			return nil, err
		}
		_ = conn.SetWriteDeadline(time.Now().Add(within))
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n)) //nolint:gosec // a piece at most
			_, sent = conn.Write(buf[:4+n])
		}
		if err != nil && sent == nil {
			_, sent = conn.Write(make([]byte, 4))
		}
		if err != nil || sent != nil {
			return sent, nil
		}
	}
}

// Admits asks whether the scanner tells where it does not look at all of a file: it
// gets one that is packed deeper than clamd can look. The error has CodeScanLimit
// where it says that it found nothing; other errors are those of Ping.
func (c *Clamd) Admits(ctx context.Context) error {
	deep := []byte("inzage")
	for range deepest + 1 {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.Create("a.zip")
		if err == nil {
			_, err = f.Write(deep)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			return schema.Fail(schema.CodeInternal, "ask scanner", err)
		}
		deep = b.Bytes()
	}
	err := c.Look(ctx, bytes.NewReader(deep))
	switch schema.CodeOf(err) {
	case "":
		return schema.Fail(schema.CodeScanLimit, "ask scanner", nil)
	case schema.CodeScanLimit, schema.CodeInfected: // also where it has another name for it
		return nil
	default:
		return err
	}
}

// deepest is how deep clamd can look into archives, whatever its MaxRecursion is.
const deepest = 100

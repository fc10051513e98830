package main

import (
	"context"
	"path/filepath"
	"strings"

	"inzage/queue"
)

// keyPlace is where a key of the organisation is: a program gives it, a file has
// it, or else the environment. The zero value is nowhere.
type keyPlace struct {
	command []string // see runKeyCommand
	file    string
	text    string // the key itself, from the environment
}

// named reports whether anybody said where the key is.
func (p keyPlace) named() bool { return len(p.command) > 0 || p.file != "" || p.text != "" }

// read reads the key. Where its file is not there the error is an fs.ErrNotExist.
func (p keyPlace) read(ctx context.Context) (queue.Key, error) {
	switch {
	case len(p.command) > 0:
		return runKeyCommand(ctx, p.command, keyCommandTime)
	case p.file != "":
		return queue.ReadKey(p.file)
	default:
		return queue.ParseKey(p.text)
	}
}

// keyPlace is where flags, the environment and the configuration say that the
// organisation's key is. A command of a flag or of the environment goes before that
// of the configuration.
func (a *app) keyPlace(f *reachFlags, c config) (keyPlace, error) {
	p := keyPlace{command: strings.Fields(f.keyCommand), file: f.keyFile, text: f.secret}
	if len(p.command) == 0 {
		p.command = c.KeyCommand
	}
	return p, a.onePlace(p, "key")
}

// onePlace refuses a key that a command gives and that is elsewhere too: else a file
// that should be gone could go on being used, or be thought to be. kind is "key", or
// "new-key".
func (a *app) onePlace(p keyPlace, kind string) error {
	other := keyPlace{file: p.file, text: p.text}
	if len(p.command) == 0 || !other.named() {
		return nil
	}
	return a.usage("cli.error.two-keys", "command", p.name(kind), "other", other.name(kind))
}

// name is the file, or the flag or variable that has the rest: words of a command can
// be secret.
func (p keyPlace) name(kind string) string {
	switch {
	case len(p.command) > 0 && kind == "key":
		return "--key-command (key_command)"
	case len(p.command) > 0:
		return "--" + kind + "-command"
	case p.file != "":
		return p.file
	default:
		return "INZAGE_" + strings.ToUpper(strings.ReplaceAll(kind, "-", "_"))
	}
}

// orIn is the place, or the file in the data folder where there is none.
func (p keyPlace) orIn(folder string) keyPlace {
	if !p.named() {
		p.file = filepath.Join(folder, "key")
	}
	return p
}

// key reads the organisation's key from the place that was named, else from the
// data folder.
func (a *app) key(ctx context.Context, f *reachFlags, c config) (queue.Key, error) {
	p, err := a.keyPlace(f, c)
	if err != nil {
		return queue.Key{}, err
	}
	return p.orIn(f.data).read(ctx)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// Exit codes, the same for every command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitNotFound    = 10
	exitInterrupted = 130
)

// app is one run of the program.
type app struct {
	system
	catalog *explain.Catalog
	lang    schema.Lang // of messages and help
	code    int         // exit code of a command that ended without error
}

// run carries out the command line and returns the exit code.
func run(ctx context.Context, sys system) int {
	c, err := explain.Load(catalog.FS())
	if err != nil {
		_, _ = fmt.Fprintln(sys.stderr, errors.Unwrap(err))
		return exitFailed
	}
	return execute(ctx, sys, c)
}

// execute is run with a catalog that is loaded.
func execute(ctx context.Context, sys system, c *explain.Catalog) int {
	a := &app{system: sys, catalog: c, lang: language(sys)}
	root := a.root() //nolint:contextcheck // the commands take the context from cobra
	root.SetArgs(sys.args)
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		return a.report(ctx, err)
	}
	return a.code
}

// language picks the language of help and messages: --lang, else the locale,
// else English.
func language(sys system) schema.Lang {
	for i, arg := range sys.args {
		if v, ok := strings.CutPrefix(arg, "--lang="); ok {
			return known(v)
		}
		if arg == "--lang" && i+1 < len(sys.args) {
			return known(sys.args[i+1])
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := sys.env(name); v != "" {
			return known(v)
		}
	}
	return schema.English
}

func known(tag string) schema.Lang {
	if strings.HasPrefix(strings.ToLower(tag), "nl") {
		return schema.Dutch
	}
	return schema.English
}

// text is a text for the person at the terminal.
func (a *app) text(key string, args ...any) string { return a.catalog.Text(a.lang, key, args...) }

// printf writes to the command's output. A broken pipe is the reader's choice.
func (a *app) printf(format string, args ...any) { _, _ = fmt.Fprintf(a.stdout, format, args...) }

// usageError is a mistake in the command line; its text is for the person.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func (a *app) usage(key string, args ...any) error {
	return &usageError{text: a.text(key, args...)}
}

// report tells an error once, in words, and picks the exit code.
func (a *app) report(ctx context.Context, err error) int {
	say := func(text string) { _, _ = fmt.Fprintf(a.stderr, "inzage: %s\n", text) }
	if use, ok := errors.AsType[*usageError](err); ok {
		say(use.text)
		return exitUsage
	}
	coded, ok := errors.AsType[*schema.Error](err)
	if !ok { // cobra's own errors are about flags and arguments
		say(err.Error())
		say(a.text("cli.try-help"))
		return exitUsage
	}
	code := coded.Code
	if ctx.Err() != nil {
		code = schema.CodeInterrupted
	}
	words := a.text("code." + string(code))
	if (code == schema.CodeConfig || code == schema.CodeIO) && errors.Is(err, fs.ErrNotExist) {
		words = a.text("cli.no-such-file")
	} else if line := lineOf(err); code == schema.CodeConfig && line != "" {
		words += " " + a.text("cli.at-line", "line", line)
	}
	say(words + " (" + coded.Error() + ")")
	if code == schema.CodeCatalog { // about our own data files: nothing personal in it
		say(errors.Unwrap(coded).Error())
	}
	switch code {
	case schema.CodeInterrupted:
		return exitInterrupted
	case schema.CodeUsage, schema.CodeConfig:
		return exitUsage
	case schema.CodeNotFound:
		return exitNotFound
	default:
		return exitFailed
	}
}

// lineOf returns the number of the line that a YAML file cannot be read at, or "".
// The rest of what the library says quotes the file.
func lineOf(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
			return rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		}
	}
	return ""
}

// command makes a cobra command whose words come from the catalog: cli.NAME is
// the short text, cli.NAME.long the long one, cli.NAME.example the examples.
func (a *app) command(use, key string, args cobra.PositionalArgs, do func(*cobra.Command, []string) error) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: a.text("cli." + key), Args: args, RunE: do,
		SilenceErrors: true, SilenceUsage: true,
	}
	if a.catalog.HasText("cli." + key + ".long") {
		c.Long = a.text("cli." + key + ".long")
	}
	if a.catalog.HasText("cli." + key + ".example") {
		c.Example = a.text("cli." + key + ".example")
	}
	return c
}

// root makes the command tree.
func (a *app) root() *cobra.Command {
	root := a.command("inzage", "root", cobra.NoArgs, nil)
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	root.PersistentFlags().String("lang", "", a.text("cli.flag.lang"))
	root.PersistentFlags().BoolP("help", "h", false, a.text("cli.flag.help"))
	root.SetUsageTemplate(a.usageTemplate())
	root.SetHelpCommand(a.command("help [COMMAND]", "help", cobra.ArbitraryArgs, func(_ *cobra.Command, args []string) error {
		found, _, err := root.Find(args)
		if err != nil {
			return err
		}
		return found.Help()
	}))
	root.AddCommand(
		a.runCommand(), a.explainCommand(), a.deadlineCommand(), a.catalogCommand(), a.registersCommand(),
		a.verifyCommand(), a.keyCommand(), a.diffCommand(), a.compareCommand(), a.findingsCommand(), a.postureCommand(),
		a.serveCommand(), a.workCommand(), a.requestCommand(), a.ledgerCommand(), a.denialsCommand(), a.tokenCommand(), a.clusterCommand(),
		a.simulateCommand(), a.doctorCommand(), a.leftoversCommand(), a.straysCommand(),
		a.versionCommand(),
	)
	for _, c := range root.Commands() {
		_ = c.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"nl", "en"}, cobra.ShellCompDirectiveNoFileComp))
	}
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = a.text("cli.completion")
		}
	}
	return root
}

// bundleLang is the language of what is made: --lang, else Dutch.
func (a *app) bundleLang(c *cobra.Command) (schema.Lang, error) {
	switch v, _ := c.Flags().GetString("lang"); v {
	case "", string(schema.Dutch):
		return schema.Dutch, nil
	case string(schema.English):
		return schema.English, nil
	default:
		return "", a.usage("cli.error.lang")
	}
}

// usageTemplate is cobra's own with our words.
func (a *app) usageTemplate() string {
	return `{{if .Runnable}}` + a.text("cli.usage") + `
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}

` + a.text("cli.commands") + `{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasExample}}

` + a.text("cli.examples") + `
{{.Example}}{{end}}{{if .HasAvailableLocalFlags}}

` + a.text("cli.flags") + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + a.text("cli.global-flags") + `
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if not .HasParent}}

` + a.text("cli.exit-codes") + `{{end}}
`
}

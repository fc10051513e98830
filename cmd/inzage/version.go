package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = ""

// programVersion names this build.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "dev-" + s.Value[:12]
			}
		}
	}
	return "dev"
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := a.command("version", "version", cobra.NoArgs, func(*cobra.Command, []string) error {
		if asJSON {
			return json.NewEncoder(a.stdout).Encode(map[string]any{
				"program": programVersion(), "catalog": a.catalog.Version(), "go": runtime.Version(),
			})
		}
		a.printf("inzage %s\n%s\n", programVersion(), a.text("cli.version.catalog", "version", a.catalog.Version()))
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

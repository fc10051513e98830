// Command generate makes the lists of published names from a folder of facts
// about Microsoft's pages (tab-separated, a header line first).
//
//	go run ./testdata/names/generate -facts FOLDER -out testdata/names
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	facts := flag.String("facts", "", "the folder with the facts")
	out := flag.String("out", "", "the folder for the lists")
	flag.Parse()
	if err := run(*facts, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(facts, out string) error {
	if facts == "" || out == "" {
		return errors.New("say -facts and -out")
	}
	from := map[string]string{} // name → list; a name on two lists belongs to the first
	for _, t := range []struct {
		file, list string
		column     int
	}{
		{"office-events.tsv", "office", 3},
		{"windows-events.tsv", "windows", 3},
		{"teams-events.tsv", "teams", 3},
		{"teams-mobile-events.tsv", "teams", 1},
		{"copilot-chat-actions.tsv", "copilot", 0},
	} {
		rows, err := rows(filepath.Join(facts, t.file))
		if err != nil {
			return err
		}
		for _, row := range rows {
			if name := strings.TrimSpace(row[t.column]); name != "" && from[name] == "" {
				from[name] = t.list
			}
		}
	}
	var events []string
	for name, list := range from {
		events = append(events, name+"\t"+list)
	}
	rows, err := rows(filepath.Join(facts, "fields.tsv"))
	if err != nil {
		return err
	}
	var fields []string
	for _, row := range rows {
		fields = append(fields, row[0]+"\t"+row[1])
	}
	return errors.Join(write(filepath.Join(out, "events.txt"), events), write(filepath.Join(out, "fields.txt"), fields))
}

func rows(file string) ([][]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list [][]string
	for line := range strings.Lines(string(data)) {
		list = append(list, strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
	}
	return list[min(1, len(list)):], nil
}

func write(file string, lines []string) error {
	slices.Sort(lines)
	return os.WriteFile(file, []byte(strings.Join(slices.Compact(lines), "\n")+"\n"), 0o644)
}

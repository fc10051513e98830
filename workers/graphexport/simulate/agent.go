package simulate

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"inzage/testdata/corpus"
)

// Layout is how the files of an export are named. Empty is ByAgent.
type Layout string

// The layouts.
const (
	// ByAgent is <asset group>/<agent>/<product number>/<data type>.json: what
	// the agents write into a container of the tenant.
	ByAgent Layout = "agent"
	// ByProduct is <product folders>/<counter>/<data type>.json with an
	// agentMap.json, as it is documented.
	ByProduct Layout = "product"
)

// forcedAfter is how long the service waits for its agents, in days.
const forcedAfter = 30

// agent is one exporting service with its files.
type agent struct {
	files []corpus.File
	after float64 // days until it writes
	dead  bool
	place string // "<asset group>/<agent>"
}

// work has the agents write, each in its time, and completes the operation:
// when all are ready, or without the dead ones after 30 days.
func (t *Tenant) work(op *operation, place *location) {
	r := t.random("agents", op.id)
	agents := t.hire(r, op)
	passed := 0.0
	lost := false
	for i, a := range agents {
		if !t.wait(a.after - passed) {
			return
		}
		passed = a.after
		if !lost && !a.dead {
			lost = t.write(a, place)
		}
		t.mu.Lock()
		op.progress = float64(100 * (i + 1) / (len(agents) + 1))
		t.mu.Unlock()
	}
	if t.has(NeverReady) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	op.progress, op.completed = 100, time.Now()
}

// wait lets days pass. It reports false where the tenant was closed.
func (t *Tenant) wait(days float64) bool {
	timer := time.NewTimer(time.Duration(days * float64(t.options.Day)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return t.life.Err() == nil
	case <-t.life.Done():
		return false
	}
}

// hire gives the person's files to agents, in the order in which they will write.
func (t *Tenant) hire(r *rand.Rand, op *operation) []agent {
	var agents []agent
	for _, f := range corpus.Export(t.options.Seed, op.person) {
		place := ""
		if parts := strings.SplitN(f.Name, "/", 3); len(parts) == 3 {
			place = parts[0] + "/" + parts[1]
		}
		i := slices.IndexFunc(agents, func(a agent) bool { return a.place == place })
		if i < 0 {
			i = len(agents)
			agents = append(agents, agent{place: place, after: 0.2 + 1.6*r.Float64()})
		}
		agents[i].files = append(agents[i].files, f)
	}
	victim := &agents[r.IntN(len(agents))]
	if t.has(SlowAgent) {
		victim.after = 20 + 8*r.Float64()
	}
	if t.has(Malware) {
		for i := range victim.files {
			victim.files[i].Data = []byte("This file was removed, because malware was found in it.\n")
		}
	}
	if t.has(DeadAgent) {
		victim.after, victim.dead = forcedAfter, true
	}
	for i := range agents {
		t.spoil(&agents[i])
	}
	if t.options.Layout == ByProduct {
		byProduct(agents)
	}
	slices.SortStableFunc(agents, func(a, b agent) int {
		switch {
		case a.after < b.after:
			return -1
		case a.after > b.after:
			return 1
		}
		return 0
	})
	return agents
}

// spoil does to the files of an agent what the faults say.
func (t *Tenant) spoil(a *agent) {
	if t.has(Empty) {
		a.files = nil
	}
	for i := range a.files {
		f := &a.files[i]
		isJSON := strings.HasSuffix(f.Name, ".json")
		if t.has(Truncated) {
			f.Data = f.Data[:len(f.Data)*2/3]
		}
		if t.has(Invalid) && isJSON && len(f.Data) > 1 {
			f.Data = slices.Concat([]byte(","), f.Data[1:len(f.Data)-1], []byte(","))
		}
		if t.has(Zipped) && isJSON {
			f.Name, f.Data = f.Name+".zip", zipped(path.Base(f.Name), f.Data)
		}
	}
}

// write puts the files of an agent into the container. It reports whether the
// storage was lost, after which the service tries no more.
func (t *Tenant) write(a agent, place *location) (lost bool) {
	for _, f := range a.files {
		if t.has(Overwritten) && place.put(t.life, f.Name, f.Data[:len(f.Data)/2]) {
			return true
		}
		switch {
		case t.has(NoHash):
			lost = place.putBlocks(t.life, f.Name, f.Data, "")
		case t.has(WrongHash):
			lost = place.putBlocks(t.life, f.Name, f.Data, hash([]byte("something else")))
		default:
			lost = place.put(t.life, f.Name, f.Data)
		}
		if lost {
			return true
		}
	}
	return false
}

// byProduct renames the files to the documented folders, and adds the index of
// the agents' folders to the files of the first.
func byProduct(agents []agent) {
	type entry struct {
		AgentID      string `json:"AgentId"`
		AssetGroupID string `json:"AssetGroupId"`
		Path         string
	}
	var index struct{ Paths []entry }
	count := make(map[string]int)
	for i := range agents {
		asset, id, _ := strings.Cut(agents[i].place, "/")
		folders := make(map[string]string) // of this agent, by product number
		for j := range agents[i].files {
			f := &agents[i].files[j]
			parts := strings.Split(f.Name, "/")
			if len(parts) != 4 {
				continue
			}
			folder, ok := folders[parts[2]]
			if !ok {
				product := productFolder(parts[2])
				count[product]++
				folder = fmt.Sprintf("%s/%03d", product, count[product])
				folders[parts[2]] = folder
				index.Paths = append(index.Paths, entry{id, asset, folder})
			}
			f.Name = folder + "/" + parts[3]
		}
	}
	if data, err := json.Marshal(index); err == nil && len(index.Paths) > 0 {
		agents[0].files = append(agents[0].files, corpus.File{Name: "agentMap.json", Data: data})
	}
}

// productFolder is the folder of a product that occurs in the corpus.
func productFolder(number string) string {
	switch number {
	case "1005":
		return "Office/O365"
	case "1008":
		return "Office/O365/Designer"
	case "1010":
		return "Office/O365/Outlook"
	case "1015":
		return "Office/OneDriveUsage"
	case "4000":
		return "Teams"
	}
	return "Miscellaneous"
}

// zipped is a zip of one file.
func zipped(name string, data []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	// A buffer takes every write.
	if w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}); err == nil {
		_, _ = w.Write(data)
	}
	_ = z.Close()
	return b.Bytes()
}

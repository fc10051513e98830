package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"inzage/queue"
)

// composed is compose.yaml as far as it says anything that the program must keep.
type composed struct {
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image, Build, User string
	Command            []string
	Environment        map[string]string
	Volumes, Ports     []string
	Tmpfs              []string
	DependsOn          []string `yaml:"depends_on"`
}

// readCompose reads the file with what `inzage cluster init` says of the variables.
func readCompose(t *testing.T, folder string) composed {
	t.Helper()
	env, err := os.ReadFile(filepath.Join(folder, "compose.env"))
	if err != nil {
		t.Fatal(err)
	}
	variables := make(map[string]string)
	for line := range strings.Lines(string(env)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		variables[name] = value
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	filled := regexp.MustCompile(`\$\{([A-Z_]+)[^}]*\}`).ReplaceAllStringFunc(string(text), func(use string) string {
		name := regexp.MustCompile(`[A-Z_]+`).FindString(use)
		value, ok := variables[name]
		if !ok {
			t.Errorf("compose.env does not say %s", name)
		}
		return value
	})
	var c composed
	if err := yaml.Unmarshal([]byte(filled), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// mounts is where a service finds what: the path in the container, and outside.
func (s service) mounts() map[string]string {
	at := make(map[string]string)
	for _, v := range s.Volumes {
		outside, inside, _ := strings.Cut(v, ":")
		at[strings.TrimSuffix(inside, ":ro")] = outside
	}
	return at
}

// here is the command of a service with the paths and addresses of this machine,
// listening nowhere.
func (s service) here(temp string) []string {
	args, at := slices.Clone(s.Command), s.mounts()
	for i, arg := range args {
		switch outside, mounted := at[arg]; {
		case mounted:
			args[i] = outside
		case slices.Contains(s.Tmpfs, arg):
			args[i] = temp
		case i > 0 && (args[i-1] == "--listen" || args[i-1] == "--metrics"):
			args[i] = ""
		}
	}
	return args
}

// TestCompose holds compose.yaml, which no test can start, to what `inzage cluster
// init` writes and to the flags of the program: every file, folder, port and name
// that it mentions is there. TestWorkersShareACluster runs its commands.
func TestCompose(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "cluster")
	var out bytes.Buffer
	code := execute(t.Context(), system{
		args: []string{"cluster", "init", "--out", folder}, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		env: func(string) string { return "" },
	}, testCatalog(t))
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, out.String())
	}
	c := readCompose(t, folder)
	var servers []string
	for name, s := range c.Services {
		for inside, outside := range s.mounts() {
			_, declared := c.Volumes[outside]
			if _, err := os.Stat(outside); err != nil && !declared {
				t.Errorf("%s: nothing is at %s", name, strings.TrimPrefix(outside, folder))
			}
			if !filepath.IsAbs(inside) {
				t.Errorf("%s: %s is no place in a container", name, inside)
			}
		}
		for _, other := range s.DependsOn {
			if _, ok := c.Services[other]; !ok {
				t.Errorf("%s waits for %s, which is not there", name, other)
			}
		}
		if strings.HasPrefix(s.Image, "nats:") {
			servers = append(servers, name)
			s.holdsServer(t, name, folder)
		} else {
			s.holdsProgram(t, name)
		}
	}
	slices.Sort(servers)
	for name, s := range c.Services {
		if slices.Contains(servers, name) {
			continue
		}
		var hosts []string
		for address := range strings.SplitSeq(s.Environment["INZAGE_NATS"], ",") {
			at, err := url.Parse(address)
			if err != nil || at.Scheme != "tls" || at.Port() != strconv.Itoa(natsPort) {
				t.Errorf("%s: %s is no address of a server, %v", name, address, err)
				continue
			}
			hosts = append(hosts, at.Hostname())
		}
		if !slices.Equal(hosts, servers) {
			t.Errorf("%s asks %q, the servers are %q", name, hosts, servers)
		}
	}
	if len(servers) != 3 || len(c.Services) != 6 {
		t.Errorf("%d servers of %d services, want 3 of 6", len(servers), len(c.Services))
	}
	module, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if version := strings.TrimPrefix(c.Services["nats-1"].Image, "nats:"); !bytes.Contains(module, []byte("nats-server/v2 v"+version+"\n")) {
		t.Errorf("the servers are %s, the one inside the program is another", version)
	}
}

// holdsServer holds that a server finds what its configuration names, that its
// files are on a volume, and that its certificate is for its name.
func (s service) holdsServer(t *testing.T, name, folder string) {
	t.Helper()
	at := s.mounts()
	if len(s.Command) != 2 || s.Command[0] != "--config" {
		t.Fatalf("%s: command %q", name, s.Command)
	}
	config := filepath.Join(at[filepath.Dir(s.Command[1])], filepath.Base(s.Command[1]))
	text, err := os.ReadFile(filepath.Clean(config))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, file := range regexp.MustCompile(`_file: "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join(at[filepath.Dir(file[1])], filepath.Base(file[1]))); err != nil {
			t.Errorf("%s: nothing is at %s", name, file[1])
		}
	}
	store := regexp.MustCompile(`store_dir: "([^"]+)"`).FindSubmatch(text)
	if store == nil || at[string(store[1])] != name {
		t.Errorf("%s keeps its files in %s, which is not its volume", name, store)
	}
	for _, want := range []string{`server_name: "` + name + `"`, `listen: "0.0.0.0:4222"`, `listen: "0.0.0.0:6222"`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s: the configuration has no %s", name, want)
		}
	}
	certificate, err := os.ReadFile(filepath.Join(folder, name, "server.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(certificate)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := parsed.VerifyHostname(name); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// holdsProgram holds that the program takes the command, finds the roles and the
// key, works in memory, and listens where a port is published.
func (s service) holdsProgram(t *testing.T, name string) {
	t.Helper()
	at := s.mounts()
	command, rest, err := testApp(t, "en").root().Find(s.Command)
	if err != nil || command.ParseFlags(rest) != nil {
		t.Fatalf("%s: the program does not take %q", name, s.Command)
	}
	roles, err := command.Flags().GetStringArray("role")
	if err != nil || len(roles) == 0 {
		t.Errorf("%s has no role: %v", name, err)
	}
	for _, role := range roles {
		if _, err := queue.ReadRole(at[role], s.Environment["INZAGE_NATS"]); err != nil {
			t.Errorf("%s: role %s: %v", name, role, err)
		}
	}
	if _, err := queue.ReadKey(at[s.Environment["INZAGE_KEY_FILE"]]); err != nil {
		t.Errorf("%s: key: %v", name, err)
	}
	if temp, _ := command.Flags().GetString("temp"); !slices.Contains(s.Tmpfs, temp) {
		t.Errorf("%s works in %s, which is a disk", name, temp)
	}
	listen, _ := command.Flags().GetString("listen")
	metrics, _ := command.Flags().GetString("metrics")
	for _, port := range s.Ports {
		if !strings.HasSuffix(port, listen[strings.LastIndex(listen, ":"):]) && !strings.HasSuffix(port, metrics[strings.LastIndex(metrics, ":"):]) {
			t.Errorf("%s publishes %s and listens at %s and %s", name, port, listen, metrics)
		}
	}
	if s.Build != "." || s.User == "" {
		t.Errorf("%s is built in %q and runs as %q", name, s.Build, s.User)
	}
}

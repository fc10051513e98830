package corpus

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// device is the laptop on which the Diagnostic Data Viewer was used.
type device struct {
	r        *rand.Rand
	localID  string // ext.device.localId
	client   string // Office's own number for the device
	boot     int
	sequence int    // ext.utc.seq, one row after the other
	counter  int    // the programs' own numbering
	office   string // session of the Office app in use
}

// event is one record of the viewer before it is rendered.
type event struct {
	at       time.Time
	boot     int // how often the device had started
	name     string
	app      string // ext.app.id
	privTags int64
	required bool
	twice    bool // ext.mscv with its key twice, as the Census events have it
	data     object
}

// viewer makes the file that Windows PowerShell 5.1 writes on a Dutch machine:
// Get-DiagnosticData | Export-Csv. It has a type line, ASCII only (letters with
// accents became question marks), local times, and in the last column the name
// of a .NET type instead of the categories.
func viewer(r *rand.Rand, subject, colleague person) []byte {
	d := &device{r: r, localID: "s:" + newGUID(r).upper(), client: newGUID(r).upper(), boot: 211, sequence: 41_877}
	var b bytes.Buffer
	b.WriteString("#TYPE DDVCmdlets.Containers.EventRecord\r\n")
	b.WriteString(`"Name","Timestamp","Payload","IsRequired","DiagnosticDataCategories"` + "\r\n")
	for _, e := range d.weeks() {
		d.row(&b, e, subject.localIDs)
	}
	for _, e := range d.visit() {
		d.row(&b, e, colleague.localIDs)
	}
	// The viewer was closed while it wrote this one: the payload breaks off.
	d.start()
	last := d.lived([]event{d.interactivity(at("2026-11-20", "16:58"), excelApp(), 41_000)}, time.Minute)[0]
	payload := d.payload(last, subject.localIDs)
	csvRow(&b, last.name, dutch(last.at), string(payload[:len(payload)*3/5]), "False")
	return b.Bytes()
}

// weeks are the events of the subject's account over two working weeks.
func (d *device) weeks() []event {
	var events []event
	for i, day := range []string{"2026-11-09", "2026-11-10", "2026-11-12", "2026-11-16", "2026-11-17", "2026-11-18"} {
		d.start()
		today := slices.Concat(d.morning(day), d.desk(day, i), d.upkeep(day))
		if day == "2026-11-12" {
			today = append(today, d.trouble(day)...)
		}
		events = append(events, d.lived(today, time.Minute)...)
		if i == 0 {
			events = append(events, d.lived(d.census(at(day, "08:31")), 100*time.Millisecond)...)
			events = append(events, d.lived(d.inventory(at(day, "08:44")), 100*time.Millisecond)...)
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	return events
}

// visit is an afternoon on which a colleague used the laptop.
func (d *device) visit() []event {
	d.start()
	return d.lived([]event{
		d.interactivity(at("2026-11-13", "13:06"), wordApp(), 1_260_000),
		d.fileOpened(at("2026-11-13", "13:08"), "Word", "docx"),
		d.page(at("2026-11-13", "13:31"), "https://intranet.waterlandaanzee.example/verlof", "Verlof aanvragen"),
		d.saved(at("2026-11-13", "13:40"), "Word", "docx"),
		d.interactivity(at("2026-11-13", "14:02"), edgeApp(), 540_000),
		d.signedOut(at("2026-11-13", "14:20")),
	}, time.Minute)
}

// start starts the device and, with it, a session of Office.
func (d *device) start() {
	d.boot++
	d.office = newGUID(d.r).upper()
}

// lived moves events off the whole minute and notes under which start of the
// device they fell.
func (d *device) lived(events []event, spread time.Duration) []event {
	for i := range events {
		events[i].boot = d.boot
		events[i].at = events[i].at.Add(time.Duration(d.r.Int64N(int64(spread)/100)) * 100)
	}
	return events
}

// next is the next number of a program's own numbering.
func (d *device) next() int {
	d.counter += 1 + d.r.IntN(5)
	return d.counter
}

// row renders an event as one row of the file.
func (d *device) row(b *bytes.Buffer, e event, user []string) {
	required := "False"
	if e.required {
		required = "True"
	}
	csvRow(b, e.name, dutch(e.at), string(d.payload(e, user)), required)
}

func csvRow(b *bytes.Buffer, name, stamp, payload, required string) {
	for _, cell := range []string{name, stamp, payload, required} {
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(ascii(cell), `"`, `""`))
		b.WriteString(`",`)
	}
	b.WriteString("\"System.Collections.Generic.List`1[System.Int32]\"\r\n")
}

// ascii does what Export-Csv of Windows PowerShell does to text.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return '?'
		}
		return r
	}, s)
}

// payload is the event in the Common Schema 4.0.
func (d *device) payload(e event, user []string) []byte {
	d.sequence += 1 + d.r.IntN(9)
	vector := object{{"cV", d.vector() + ".0"}}
	if e.twice {
		vector = append(vector, member{"cV", d.vector() + ".0"})
	}
	// Windows itself works under the second of the user's ids.
	id := user[0]
	if strings.HasPrefix(e.app, "W:") && (strings.HasPrefix(e.name, "Census.") || strings.HasPrefix(e.name, "TelClient")) {
		id = user[1]
	}
	return object{
		{"ver", "4.0"},
		{"name", e.name},
		{"time", utcTicks(e.at)},
		{"iKey", "o:0a89d516ae714e01ae89c96d185e9ae3"},
		{"ext", object{
			{"utc", object{{"eventFlags", 514}, {"pgName", "WINCORE"}, {"flags", 503_317_040}, {"epoch", "2704113"}, {"seq", d.sequence}}},
			{"metadata", object{{"privTags", e.privTags}}},
			{"mscv", vector},
			{"os", object{{"bootId", e.boot}, {"name", "Windows"}, {"ver", "10.0.26100.4061.amd64fre.ge_release.240331-1435"}}},
			{"app", object{{"id", e.app}, {"asId", 300 + d.r.IntN(500)}}},
			{"device", object{{"localId", d.localID}, {"deviceClass", "Windows.Desktop"}}},
			{"protocol", object{{"devMake", "Noordzee Computers"}, {"devModel", "Duin 14 G3"}}},
			{"user", object{{"localId", id}}},
			{"loc", object{{"tz", "+01:00"}}},
		}},
		{"data", e.data},
	}.compact()
}

// vector is the base of a correlation vector: 16 characters of base 64.
func (d *device) vector() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	b := make([]byte, 16)
	for i := range b {
		b[i] = alphabet[d.r.IntN(len(alphabet))]
	}
	return string(b)
}

// program is the app id of a program file: program id, hash, name.
func program(seed uint64, exe string) string {
	r := rand.New(rand.NewPCG(seed, 0xA99))
	lower := func(n int) string { return strings.ToLower(hexDigits(r, n)) }
	return "W:0000" + lower(40) + "!0000" + lower(40) + "!" + exe
}

func censusApp() string  { return program(1, "devicecensus.exe") }
func wordApp() string    { return program(2, "winword.exe") }
func excelApp() string   { return program(3, "excel.exe") }
func outlookApp() string { return program(4, "outlook.exe") }
func powerApp() string   { return program(5, "powerpnt.exe") }
func edgeApp() string    { return program(6, "msedge.exe") }
func hostApp() string    { return program(7, "svchost.exe") }
func teamsApp() string   { return "U:MSTeams_26246.1204.3998.11_x64__8wekyb3d8bbwe!MSTeams" }
func storeApp() string   { return "U:Microsoft.WindowsStore_22609.1401.5.0_x64__8wekyb3d8bbwe!App" }

// Bit masks of the privacy data types.
const (
	tagBrowsing    = 0x2
	tagDevice      = 0x800
	tagPerformance = 0x1000000
	tagUsage       = 0x2000000
	tagSoftware    = 0x80000000
)

func number(n int) string { return strconv.Itoa(n) }

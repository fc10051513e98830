package corpus

import (
	"time"
)

// desk is the subject at work: which apps, which kinds of documents, which pages.
func (d *device) desk(day string, i int) []event {
	events := []event{
		d.signedIn(at(day, "08:25")),
		d.metadata(at(day, "08:25")),
		d.interactivity(at(day, "08:40"), outlookApp(), 1_020_000),
		d.fileOpened(at(day, "08:51"), "Word", "docx"),
		d.interactivity(at(day, "09:20"), wordApp(), 1_410_000),
		d.interactivity(at(day, "10:05"), teamsApp(), 2_220_000),
		d.interactivity(at(day, "13:25"), edgeApp(), 610_000),
		d.ribbon(at(day, "13:40"), "Word", pick(d.r, "ReviewTrackChanges", "InsertTable", "FileSendAsAttachment", "ReadAloud")),
		d.saved(at(day, "13:58"), "Word", "docx"),
		d.fault(at(day, "14:10")),
		d.exit(at(day, "16:40"), "Word"),
	}
	pages := [][2]string{
		{"https://www.waterlandaanzee.example/sport/subsidies", "Subsidies voor sportverenigingen"},
		{"https://intranet.waterlandaanzee.example/verlof", "Verlof aanvragen"},
		{"https://huisarts-deduinen.example/afspraak?stap=2", "Afspraak maken - Huisartsenpraktijk De Duinen"},
		{"https://raad.waterlandaanzee.example/agenda/2026-11-05", "Agenda raadsvergadering 5 november"},
	}
	page := pages[i%len(pages)]
	events = append(events, d.page(at(day, "13:27"), page[0], page[1]))
	switch i % 3 {
	case 0:
		events = append(events, d.fileOpened(at(day, "11:02"), "Excel", "xlsx"), d.interactivity(at(day, "11:30"), excelApp(), 1_720_000), d.saved(at(day, "11:31"), "Excel", "xlsx"))
	case 1:
		events = append(events, d.slideShow(at(day, "14:30")), d.interactivity(at(day, "15:00"), powerApp(), 1_650_000))
	default:
		events = append(events, d.asked(at(day, "15:40")), d.update(at(day, "12:15")))
	}
	return events
}

// interactivity sums up one period in which a window was in front.
func (d *device) interactivity(moment time.Time, app string, ms int) event {
	active := ms / 1000 * 6 / 10
	return event{
		at: moment, name: "Win32kTraceLogging.AppInteractivitySummary", app: app, privTags: tagUsage,
		data: object{
			{"AggregationStartTime", utcTicks(moment.Add(-time.Duration(ms) * time.Millisecond))},
			{"AggregationDurationMS", ms},
			{"AppId", app},
			{"AppVersion", "16.0.19231.20194"},
			{"InFocusDurationMS", ms * 9 / 10},
			{"UserActiveDurationMS", active * 1000},
			{"KeyboardInputSec", active / 3},
			{"MouseInputSec", active / 2},
			{"TouchInputSec", 0},
			{"PenInputSec", 0},
			{"SpeechRecognitionSec", 0},
			{"AudioInMS", d.r.IntN(2) * ms / 2},
			{"AudioOutMS", d.r.IntN(3) * ms / 4},
			{"FocusLostCount", d.r.IntN(40)},
			{"WindowWidth", 1920},
			{"WindowHeight", 1128},
			{"CommandLineHash", d.r.Uint32()},
			{"EventSequence", d.next()},
		},
	}
}

// officeEvent is an event of an Office program, with the blocks of fields that
// they all carry.
func (d *device) officeEvent(moment time.Time, app, name string, data ...member) event {
	exe := map[string]string{"Word": wordApp(), "Excel": excelApp(), "PowerPoint": powerApp(), "Outlook": outlookApp()}[app]
	return event{
		at: moment, name: name, app: exe, privTags: tagUsage | tagPerformance,
		data: object{
			{"Event.Sequence", d.next()},
			{"App.Name", app},
			{"App.Platform", "Win32"},
			{"App.Version", "16.0.19231.20194"},
			{"Client.Id", d.client},
			{"Device.OsBuild", "10.0.26100"},
			{"Session.Id", d.office},
			{"Release.AudienceGroup", "Production"},
			{"Release.Channel", "CC"},
			{"User.TelemetryRegion", "EMEA"},
		}.with(data...),
	}
}

func (d *device) fileOpened(moment time.Time, app, ext string) event {
	return d.officeEvent(moment, app, "Office.FileIO.CSI.CCachedFileCsiLoadFileBasic",
		member{"Activity.Success", true}, member{"Activity.Duration", 400_000 + d.r.IntN(900_000)}, member{"Data.Doc.Ext", ext}, member{"Data.Doc.SizeInBytes", 40_000 + d.r.IntN(2_000_000)},
		member{"Data.Doc.Location", "OneDrive"}, member{"Data.Doc.NumberCoAuthors", d.r.IntN(3)}, member{"Data.Doc.ResourceIdHash", hexDigits(d.r, 16)},
		member{"Data.Doc.FqdnHash", hexDigits(d.r, 16)}, member{"Data.Doc.ServerType", 3})
}

func (d *device) saved(moment time.Time, app, ext string) event {
	return d.officeEvent(moment, app, "Office.FileIO.CSI.CCachedFileCsiSaveFileBasic",
		member{"Activity.Success", true}, member{"Activity.Duration", 200_000 + d.r.IntN(500_000)}, member{"Data.Doc.Ext", ext}, member{"Data.Doc.SizeInBytes", 60_000 + d.r.IntN(2_000_000)},
		member{"Data.Doc.IsCloudCollabEnabled", true}, member{"Data.Doc.ResourceIdHash", hexDigits(d.r, 16)})
}

func (d *device) signedIn(moment time.Time) event {
	return d.officeEvent(moment, "Outlook", "Office.Identity.Win32Prompt",
		member{"Data.CallTag", 18_732_119}, member{"Data.Context", "SignIn"}, member{"Data.PromptStartTime", filetime(moment)},
		member{"Data.IdentityProviderResulted", "ADAL"}, member{"Data.NewIdentity.UniqueID", hexDigits(d.r, 32)}, member{"Data.Timeout", false})
}

func (d *device) signedOut(moment time.Time) event {
	return d.officeEvent(moment, "Word", "Office.Identity.SignOutEvent",
		member{"Data.FlowStartTime", filetime(moment)}, member{"Data.FlowEndTime", filetime(moment.Add(900 * time.Millisecond))}, member{"Data.IdentityProviderType", "ADAL"},
		member{"Data.IdentityUniqueID", hexDigits(d.r, 32)}, member{"Data.SignOutUserAction", true})
}

func (d *device) metadata(moment time.Time) event {
	return d.officeEvent(moment, "Outlook", "Office.System.SystemHealthMetadataDeviceConsolidated",
		member{"Data.HorizontalResolution", 1920}, member{"Data.VerticalResolution", 1200}, member{"Data.ProcessorCount", 16}, member{"Data.RamMB", 16_384},
		member{"Data.SqmMachineId", "{" + d.client + "}"}, member{"Data.OsLocale", "nl-NL"})
}

func (d *device) ribbon(moment time.Time, app, command string) event {
	return d.officeEvent(moment, app, "Office.UX.Ribbon.CommandExecuted",
		member{"Data.CommandId", command}, member{"Data.InputMethod", "Mouse"}, member{"Activity.Success", true})
}

func (d *device) fault(moment time.Time) event {
	return d.officeEvent(moment, "Word", "Office.System.SystemHealthErrorsWithTag",
		member{"Data.ErrorGroup", "File"}, member{"Data.ErrorCode", "-2147024894"}, member{"Data.ErrorId", "0x" + hexDigits(d.r, 8)},
		member{"Data.Count", 1 + d.r.IntN(4)}, member{"Data.FirstTimeStamp", utcTicks(moment)}, member{"Data.Trackback", `C:\Users\sanne.dewit\OneDrive - Waterland\Nota cultuur.docx`})
}

func (d *device) exit(moment time.Time, app string) event {
	return d.officeEvent(moment, app, "Office.System.GracefulExit.GracefulAppExitDesktop",
		member{"Data.AppMajor", 16}, member{"Data.BootCompleted", true}, member{"Data.HasEdit", true}, member{"Data.HasOpen", true},
		member{"Data.SessionInitTime", utcTicks(moment.Add(-8 * time.Hour))}, member{"Data.OfficeUILang", 1043}, member{"Data.SafeMode", false})
}

func (d *device) slideShow(moment time.Time) event {
	return d.officeEvent(moment, "PowerPoint", "Office.PowerPoint.UAE.SlideShow",
		member{"Data.InitTime", utcTicks(moment)}, member{"Data.Mode", "PresenterView"}, member{"Data.SessionId", newGUID(d.r).String()}, member{"Data.State", number(1)}, member{"Data.Version", 2})
}

// asked is a survey that the program decided not to show.
func (d *device) asked(moment time.Time) event {
	return d.officeEvent(moment, "Word", "Office.Feedback.Survey.FloodgateClient.TriggerMet",
		member{"Data.CampaignId", newGUID(d.r).String()}, member{"Data.SurveyId", newGUID(d.r).String()}, member{"Data.SurveyType", 0})
}

func (d *device) update(moment time.Time) event {
	return d.officeEvent(moment, "Word", "Office.ClickToRun.UpdateStatus",
		member{"Data.build", "16.0.19231.20194"}, member{"Data.targetBuild", "16.0.19328.20076"}, member{"Data.channel", "MonthlyEnterprise"},
		member{"Data.status", "UpdatesDownloading"}, member{"Data.errorCode", "0"}, member{"Data.errorMessage", ""})
}

// page is a visited page, as Edge tells it when optional data is on.
func (d *device) page(moment time.Time, address, title string) event {
	return event{
		at: moment, name: "Aria.7005b72804a64fa4b2138faab88f877b.Microsoft.WebBrowser.HistoryJournal.HJ_HistoryAddUrl", app: edgeApp(), privTags: tagBrowsing,
		data: object{
			{"navigationUrl", address},
			{"pageTitle", title},
			{"transitionType", "LINK"},
			{"visitTime", filetime(moment)},
			{"tabId", newGUID(d.r).String()},
			{"windowId", d.r.IntN(3) + 1},
			{"appInfo", object{{"version", "148.0.3967.58"}, {"channel", "stable"}}},
			{"clientId", int64(d.r.Uint64() >> 1)},
			{"userConsent", true},
		},
	}
}

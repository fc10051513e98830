package corpus

// nameCount is how many different event names Write uses.
const nameCount = 2000

// names composes event names from the parts of which real ones are made: forty
// components, ten things, five things that can happen to them.
func names() []string {
	list := make([]string, 0, nameCount)
	for _, component := range components() {
		for _, thing := range []string{"Document", "Session", "Sync", "Search", "Account", "Update", "Device", "Window", "Package", "Policy"} {
			for _, verb := range []string{"Opened", "Completed", "Add", "Failed", "Changed"} {
				list = append(list, component+"."+thing+verb)
			}
		}
	}
	return list
}

func components() []string {
	return []string{
		"Office.Word.FileOpen", "Office.Word.FileSave", "Office.Word.Document", "Office.Excel.Command", "Office.Excel.Coauth",
		"Office.PowerPoint.DocOperation", "Office.PowerPoint.UAE", "Office.Outlook.Desktop", "Office.OneNote.Navigation", "Office.FileIO.CSI",
		"Office.Identity", "Office.Licensing", "Office.ClickToRun", "Office.System.SystemHealth", "Office.UX.Ribbon",
		"Office.Extensibility.Catalog", "Office.Security.Macro", "Office.Feedback.Survey", "Office.TargetedMessaging", "Office.Docs.AppDocs",
		"Office.Translator", "Office.Manageability.Client", "Office.Privacy.PrivacyConsent", "Office.Experimentation", "Office.Graphics",
		"Microsoft.Windows.Inventory.Core", "Microsoft.Windows.Inventory.General", "Microsoft.Windows.Appraiser.General", "Microsoft.Windows.FaultReporting", "Microsoft.Windows.Kernel.Power",
		"Microsoft.Windows.StoreAgent.Telemetry", "Microsoft.Windows.ContentDeliveryManager", "Microsoft.Windows.WaaSMedic", "Microsoft.Windows.Shell.Taskbar", "Microsoft.Windows.Security.Biometrics",
		"Microsoft.OSG.DU.DeliveryOptClient", "Microsoft.OneDrive.Sync.Client", "SoftwareUpdateClientTelemetry", "Win32kTraceLogging", "Microsoft.WebBrowser.SystemInfo",
	}
}

// documents are the kinds of names that civil servants give to things, accents
// included.
func documents() []string {
	return []string{
		"Notitie wijkoverleg.docx", "Begroting 2027 concept.xlsx", "Raadsvoorstel cultuurnota.docx", "Café-overleg vrijwilligers.pptx",
		"Verslag MT 3 november.docx", "Planning zwembad (versie 2).xlsx", "Reactie inwoner geanonimiseerd.pdf", "Coördinatie evenementen.docx",
	}
}

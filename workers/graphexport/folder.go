package graphexport

import (
	"path"
	"strings"
)

// place is what the path of a file tells about its records. It never decides
// what a file is, only what its content leaves open.
type place struct {
	// product is the folder of the product as Microsoft names it, such as
	// "Office/O365/Outlook"; the words for people are in the catalog.
	product string
	// dataType is the privacy data type, or empty.
	dataType string
}

// decode reads the path of a file in either layout:
//
//	<asset group>/<agent>/<product number>/<data type>.json     a container
//	<product folders>/<counter>/<data type>.json                prepared by Microsoft
//
// with anything before it, and with the file in a zip of its own or not:
// "<data type>.json.zip/<data type>.json".
func decode(name string) place {
	parts := strings.Split(name, "/")
	folders, base := parts[:len(parts)-1], parts[len(parts)-1]
	p := place{dataType: dataType(base)}
	if n := len(folders); n > 0 && strings.HasSuffix(strings.ToLower(folders[n-1]), ".zip") {
		if p.dataType == "" {
			p.dataType = dataType(folders[n-1])
		}
		folders = folders[:n-1]
	}
	p.product = folderProduct(folders)
	return p
}

// Product is the product that a file of an export is of, as Microsoft names it
// ("Office/O365/Outlook"), or empty where its path does not say.
func Product(name string) string { return decode(name).product }

// folderProduct finds the product in the folders of a file. A number below a
// product's folder counts agents; anywhere else it is the product's own.
func folderProduct(folders []string) string {
	n := len(folders)
	if n == 0 {
		return ""
	}
	if !isNumber(folders[n-1]) {
		return namedProduct(folders)
	}
	if p := namedProduct(folders[:n-1]); p != "" {
		return p
	}
	return productPath(folders[n-1])
}

// namedProduct returns the longest product path that the folders end in.
func namedProduct(folders []string) string {
	for n := min(len(folders), 3); n > 0; n-- {
		if p := path.Join(folders[len(folders)-n:]...); isProduct(p) {
			return p
		}
	}
	return ""
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}

// isProduct reports whether p is the path of a product.
func isProduct(p string) bool {
	switch p {
	case "Miscellaneous", "Account", "Account/Identity", "Account/Platform", "Azure", "Azure/Identity", "Azure/Portal",
		"Browser/Edge", "CloudAppSecurity", "Dynamics", "Dynamics/CRM", "Intune", "Intune/Platform", "Intune/Extensions",
		"LinkedIn", "Mobile", "Mobile/iOS", "Mobile/Android", "Office", "Office/O365", "Office/O365/Creator",
		"Office/O365/Designer", "Office/O365/Outlook", "Office/OneDriveUsage", "Office/ListUsage", "Office/MicrosoftStream",
		"Profile", "Search", "Search/Bing", "Search/Cortana", "SharedData/Office365", "Skype", "Skype/SkypeForBusiness",
		"Store", "Support", "Microsoft Sites", "Windows", "Windows/Platform", "Windows/WindowsUpdate", "Other", "Teams",
		"Teams/Teams for life":
		return true
	}
	return false
}

// productPath is the path of the product with a number, or empty. The parts of
// Windows have numbers of their own, of which only two are known by name.
func productPath(number string) string {
	switch number {
	case "0":
		return "Miscellaneous"
	case "100":
		return "Account"
	case "105":
		return "Account/Identity"
	case "115":
		return "Account/Platform"
	case "200":
		return "Azure"
	case "225":
		return "Azure/Identity"
	case "240":
		return "Azure/Portal"
	case "310":
		return "Browser/Edge"
	case "380":
		return "CloudAppSecurity"
	case "500":
		return "Dynamics"
	case "505":
		return "Dynamics/CRM"
	case "605":
		return "Intune"
	case "610":
		return "Intune/Platform"
	case "615":
		return "Intune/Extensions"
	case "700":
		return "LinkedIn"
	case "850":
		return "Mobile"
	case "851":
		return "Mobile/iOS"
	case "852":
		return "Mobile/Android"
	case "1000":
		return "Office"
	case "1005":
		return "Office/O365"
	case "1006":
		return "Office/O365/Creator"
	case "1008":
		return "Office/O365/Designer"
	case "1010":
		return "Office/O365/Outlook"
	case "1015":
		return "Office/OneDriveUsage"
	case "1020":
		return "Office/ListUsage"
	case "1025":
		return "Office/MicrosoftStream"
	case "1100":
		return "Profile"
	case "1500":
		return "Search"
	case "1510":
		return "Search/Bing"
	case "1515":
		return "Search/Cortana"
	case "1565":
		return "SharedData/Office365"
	case "1600":
		return "Skype"
	case "1610":
		return "Skype/SkypeForBusiness"
	case "1700":
		return "Store"
	case "1750":
		return "Support"
	case "1900":
		return "Microsoft Sites"
	case "2060":
		return "Windows/Platform"
	case "2089":
		return "Windows/WindowsUpdate"
	case "3000":
		return "Other"
	case "4000":
		return "Teams"
	case "4100":
		return "Teams/Teams for life"
	}
	if len(number) == 4 && "2000" <= number && number <= "2100" {
		return "Windows"
	}
	return ""
}

// dataType is the privacy data type that a file is named after, or empty.
func dataType(base string) string {
	stem, _, _ := strings.Cut(base, ".")
	switch stem {
	case "Account", "BrowsingHistory", "CapturedCustomerContent", "CloudServiceProvider", "CommuteAndTravel",
		"CompensationAndBenefits", "ContentConsumption", "Credentials", "CustomerContact", "CustomerContactList",
		"CustomerContent", "DemographicInformation", "DeviceConnectivityAndConfiguration", "EnvironmentalSensor", "EUII",
		"FeedbackAndRatings", "FinancialAccountingAndRecords", "FinancialTransactions", "FitnessAndActivity",
		"InkingTypingAndSpeechUtterance", "InterestsAndFavorites", "LearningAndDevelopment", "LicensingAndPurchase",
		"MicrosoftCommunications", "PaymentInstrument", "PreciseUserLocation", "ProductAndServicePerformance",
		"ProductAndServiceUsage", "ProfessionalAndPersonalProfile", "PublicPersonal", "Recruitment",
		"SearchRequestsAndQuery", "Social", "SoftwareSetupAndInventory", "Support", "SupportContent",
		"SupportInteraction", "WorkContracts", "WorkplaceInteractions", "WorkProfile", "WorkRecognition", "WorkTime":
		return stem
	}
	return ""
}

package domain

import (
	"fmt"
	"strings"
)

// Money is an amount in minor units (cents) of one ISO 4217 currency. It is immutable.
type Money struct {
	minor    int64
	currency string
}

// NewMoney returns an amount of minor units, or ErrInvalidCurrency for a currency that the shop does not know.
func NewMoney(minor int64, currency string) (Money, error) {
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	return Money{minor: minor, currency: currency}, nil
}

// MinorUnits returns the amount in minor units.
func (m Money) MinorUnits() int64 { return m.minor }

// Currency returns the ISO 4217 code.
func (m Money) Currency() string { return m.currency }

// IsNegative tells whether the amount is less than zero.
func (m Money) IsNegative() bool { return m.minor < 0 }

// String returns the amount for logs and messages, as in "1250 EUR (minor units)".
func (m Money) String() string { return fmt.Sprintf("%d %s (minor units)", m.minor, m.currency) }

// IsCurrency tells whether code is an ISO 4217 currency code, in capitals.
func IsCurrency(code string) bool { return currencies[code] }

// currencies are the codes of ISO 4217 that are legal tender somewhere; funds, metals and test codes are left out.
var currencies = func() map[string]bool {
	const codes = `
	AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD
	BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP
	CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
	GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD
	JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
	MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
	NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
	RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
	THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
	VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`

	known := make(map[string]bool)
	for code := range strings.FieldsSeq(codes) {
		known[code] = true
	}
	return known
}()

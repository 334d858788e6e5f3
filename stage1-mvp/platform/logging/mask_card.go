package logging

import (
	"regexp"
	"strings"
)

var (
	cardTokens = regexp.MustCompile(`\btok_[A-Za-z0-9_]+`)
	// cardNumbers matches card numbers in one piece or in the groups printed on cards. A UUID that is all digits has neither form.
	cardNumbers = regexp.MustCompile(`\b(?:\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5})\b`)
)

const leastCardDigits = 13

// maskCards hides card tokens, and numbers whose check digit makes them card numbers.
func maskCards(text string) string {
	if strings.Contains(text, "tok_") {
		text = cardTokens.ReplaceAllString(text, "tok_"+masked)
	}
	if digits(text) < leastCardDigits {
		return text
	}
	return cardNumbers.ReplaceAllStringFunc(text, func(number string) string {
		if !passesLuhn(number) {
			return number
		}
		return masked
	})
}

func digits(text string) (n int) {
	for i := range len(text) {
		if isDigit(text[i]) {
			n++
		}
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// passesLuhn tells whether the last digit is the check digit of those before it.
func passesLuhn(number string) bool {
	sum, double := 0, false
	for i := len(number) - 1; i >= 0; i-- {
		if !isDigit(number[i]) {
			continue
		}
		digit := int(number[i] - '0')
		if double {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum, double = sum+digit, !double
	}
	return sum%10 == 0
}
